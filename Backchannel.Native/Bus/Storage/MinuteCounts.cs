namespace Backchannel.Native.Bus.Storage;

/// <summary>What happened on channels since it was last stored. Any thread may ask; the writer adds.</summary>
/// <remarks>Stored every few seconds instead of with each post, whose commit would write one place more. A crash takes what was not stored yet.</remarks>
internal sealed class MinuteCounts
{
    private readonly Lock gate = new();
    private Dictionary<(long Channel, long Minute), (long Posted, long Acked)> counts = [];

    public void Add(LaneMinute minute)
    {
        lock (gate)
        {
            var (posted, acked) = counts.GetValueOrDefault((minute.Channel, minute.Minute));
            counts[(minute.Channel, minute.Minute)] = (posted + minute.Posted, acked + minute.Acked);
        }
    }

    /// <summary>What is not stored yet.</summary>
    public IReadOnlyList<LaneMinute> OfChannel(long channel)
    {
        lock (gate)
        {
            return [.. counts.Where(count => count.Key.Channel == channel).Select(ToMinute)];
        }
    }

    /// <summary>Hands everything over, to be stored.</summary>
    public IReadOnlyList<LaneMinute> Take()
    {
        lock (gate)
        {
            var taken = counts;
            counts = [];
            return [.. taken.Select(ToMinute)];
        }
    }

    private static LaneMinute ToMinute(KeyValuePair<(long Channel, long Minute), (long Posted, long Acked)> count) =>
        new(count.Key.Channel, count.Key.Minute, count.Value.Posted, count.Value.Acked);
}
