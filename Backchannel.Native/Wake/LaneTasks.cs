using Backchannel.Native.Wire;

namespace Backchannel.Native.Wake;

/// <summary>The tasks of lanes that a session may be told of, and how often each was taken: each time it may come back.</summary>
internal sealed class LaneTasks
{
    /// <summary>A sentence says that there may be more.</summary>
    public const int Most = TaskLimits.MaxWatchedTasks;

    private readonly Dictionary<string, Offered> offered = [];
    private readonly HashSet<string> released = new(StringComparer.Ordinal);

    public IEnumerable<string> Ids => offered.Keys;

    /// <returns>Whether others are watched now. Where no room is left, the next look at the lane finds it again.</returns>
    public bool Add(string id, string lane)
    {
        if (offered.ContainsKey(id))
        {
            return false;
        }

        if (offered.Count >= Most && offered.FirstOrDefault(static one => one.Value.IsTold || one.Value.IsTaken).Key is { } settled)
        {
            offered.Remove(settled);
        }

        return offered.Count < Most && offered.TryAdd(id, new(lane));
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(string id) => offered.Remove(id);

    /// <summary>The session has given a task back: that it is free now is no news to it.</summary>
    public void Release(string id) => released.Add(id);

    /// <summary>The session was told of a task: it makes room for another one.</summary>
    public void NoteTold(string id)
    {
        if (offered.TryGetValue(id, out var offer))
        {
            offer.IsTold = true;
        }
    }

    /// <param name="word">One of <see cref="TaskStates"/>.</param>
    /// <param name="deliveries">How often it has been taken; null where the bus does not count.</param>
    /// <param name="told">The keys of what was told; what is no news is added.</param>
    /// <returns>What there is to tell once it is free; null: it is none of a lane.</returns>
    public WakeEvent? See(string id, string word, int? deliveries, HashSet<string> told)
    {
        if (!offered.TryGetValue(id, out var offer))
        {
            return null;
        }

        var isTaken = word == TaskStates.Claimed;
        offer.Times += isTaken && !offer.IsTaken ? 1 : 0;
        offer.IsTaken = isTaken;
        var times = deliveries ?? offer.Times;
        var one = WakeEvent.Task(id, offer.Lane, times);
        if ((isTaken || word == TaskStates.Open) && released.Remove(id))
        {
            // Taken again already: then the session gave it back before that.
            told.Add(isTaken ? WakeEvent.Task(id, offer.Lane, times - 1).Key : one.Key);
        }

        offer.IsTold = told.Contains(one.Key);
        return one;
    }

    private sealed class Offered(string lane)
    {
        public string Lane => lane;

        /// <summary>How often it was seen taken.</summary>
        public int Times { get; set; }

        public bool IsTaken { get; set; }

        public bool IsTold { get; set; }
    }
}
