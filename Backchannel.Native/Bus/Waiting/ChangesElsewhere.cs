using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Counts what other processes change that may open a task for a claimer here.</summary>
internal sealed class ChangesElsewhere
{
    private const int MostHeard = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<long, long> heard = [];
    private long forgotten;

    /// <summary>A number that grows with each change of these channels.</summary>
    public long Mark(IReadOnlyList<long> channels)
    {
        lock (gate)
        {
            return forgotten + channels.Sum(channel => heard.GetValueOrDefault(channel));
        }
    }

    public void Note(Change change)
    {
        lock (gate)
        {
            if (change.Kind is ChangeKind.Everything || heard.Count >= MostHeard)
            {
                forgotten += 1 + heard.Values.Sum();
                heard.Clear();
            }
            else if (change.Kind is ChangeKind.ChannelWork or ChangeKind.ChannelRules or ChangeKind.ChannelDeletion)
            {
                heard[change.Number] = heard.GetValueOrDefault(change.Number) + 1;
            }
        }
    }
}
