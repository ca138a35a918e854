namespace Backchannel.Native.Wake;

/// <summary>The events of wakes that failed, but may have arrived: each is tried a few times only, after pauses that grow. A hook may tell it sooner.</summary>
internal sealed class Retries(TimeProvider time)
{
    private const int MostTries = 3;
    private const int Growth = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Failed> failed = [];

    /// <summary>Those of the events that may be tried now.</summary>
    public IReadOnlyList<WakeEvent> Due(IReadOnlyList<WakeEvent> events) => [.. events.Where(IsDue)];

    public void Note(IReadOnlyList<WakeEvent> events)
    {
        var now = time.GetTimestamp();
        foreach (var one in events)
        {
            failed[one.Key] = failed.TryGetValue(one.Key, out var last) ? new(last.Tries + 1, now, last.Pause * Growth) : new(1, now, FirstPause);
        }
    }

    private bool IsDue(WakeEvent one) =>
        !failed.TryGetValue(one.Key, out var last) || (last.Tries < MostTries && time.GetElapsedTime(last.At) >= last.Pause);

    /// <param name="At">When the last try failed.</param>
    /// <param name="Pause">Before the next one.</param>
    private sealed record Failed(int Tries, long At, TimeSpan Pause);
}
