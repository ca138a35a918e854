using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Refuses what only a bus of this program can do, on any other bus.</summary>
internal static class MissingAddition
{
    /// <summary>Why the bus cannot do it, within a sentence.</summary>
    public static string Why(BackchannelClient bus) => bus.Connection.IsLocal
        ? "an older release of backchannel-mcp runs it; 'backchannel-mcp stop' ends that, and the next call starts this release"
        : "it is no backchannel-mcp, or an older release";

    /// <param name="addition">One of <see cref="Wire.Additions"/>.</param>
    /// <param name="what">What was asked for, as "keep notes on tasks".</param>
    /// <param name="instead">What can be done here; null: nothing like it.</param>
    /// <exception cref="ToolException">The bus lacks it.</exception>
    public static async Task RequireAsync(
        BackchannelClient bus, string addition, string what, string? instead, CancellationToken cancellationToken)
    {
        if (!await bus.Connection.Additions.OfferAsync(addition, cancellationToken))
        {
            throw Of(bus, addition, what, instead);
        }
    }

    public static ToolException Of(BackchannelClient bus, string addition, string what, string? instead) => new(
        $"{bus.Connection.BusName} cannot {what}: it lacks {addition}, which the bus of backchannel-mcp has in its newest release. Nothing was done."
        + (instead is null ? "" : $"\n{instead}"));
}
