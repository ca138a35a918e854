namespace Backchannel.Native.Wake;

/// <summary>The events of wakes that failed: each is tried after pauses that grow, and only a few times where it may have arrived. A hook may tell it sooner.</summary>
internal sealed class Retries(TimeProvider time)
{
    private const int MostArrivals = 3;
    private const int Growth = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, Failed> failed = [];

    /// <summary>Those of the events that may be tried now.</summary>
    public IReadOnlyList<WakeEvent> Due(IReadOnlyList<WakeEvent> events) => [.. events.Where(IsDue)];

    /// <param name="mayHaveArrived">Whether the session may have read them all the same.</param>
    public void Note(IReadOnlyList<WakeEvent> events, bool mayHaveArrived)
    {
        var now = time.GetTimestamp();
        foreach (var one in events)
        {
            var last = failed.GetValueOrDefault(one.Key);
            var pause = last is null ? FirstPause : last.Pause * Growth < LongestPause ? last.Pause * Growth : LongestPause;
            failed[one.Key] = new((last?.Arrivals ?? 0) + (mayHaveArrived ? 1 : 0), now, pause);
        }
    }

    private bool IsDue(WakeEvent one) =>
        !failed.TryGetValue(one.Key, out var last) || (last.Arrivals < MostArrivals && time.GetElapsedTime(last.At) >= last.Pause);

    /// <param name="Arrivals">Of its tries, those that may have arrived.</param>
    /// <param name="At">When the last try failed.</param>
    /// <param name="Pause">Before the next one.</param>
    private sealed record Failed(int Arrivals, long At, TimeSpan Pause);
}
