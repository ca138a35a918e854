using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Makes a bus's content from a database of the reference server, version 0.1.0.</summary>
/// <param name="source">A connection to it, which sees one state.</param>
/// <param name="target">Empty.</param>
/// <param name="progress">Told a table of the source, its rows so far and all its rows; may throw to stop.</param>
internal sealed class ReferenceImport(ISqlConnection source, ICopyTarget target, Action<string, long, long> progress)
{
    private readonly ImportTarget into = new(target);

    /// <returns>What the target's engine has to know beside the rows.</returns>
    /// <exception cref="CopyException">The source holds what the reference server does not write.</exception>
    public EngineState Run()
    {
        new ReferenceKeys(source, into).Import();
        new ReferenceChannels(source, into).Import();
        new ReferenceMessages(source, into, progress).Import();
        new ReferenceRecords(source, into).Import();
        foreach (var channel in into.Channels.Values)
        {
            into.Write(
                CopiedTables.ChannelCounts,
                channel.Number, channel.Messages, channel.Held, channel.Acked, channel.TimedAcks, channel.ClaimToAck, channel.LongestLife, channel.ShortestLife, null);
        }

        return new EngineState(into.LastTime, CopiedTables.All.Where(table => table.IsNumbered).ToDictionary(table => table.Name, into.Rows));
    }

    /// <inheritdoc cref="ImportTarget.DigestOf"/>
    public TableDigest DigestOf(CopiedTable table) => into.DigestOf(table);

    /// <summary>What was not carried over. Call it after <see cref="Run"/>.</summary>
    public IReadOnlyList<LeftOut> FindLeftOut() => LeftOuts.Find(source, into);
}
