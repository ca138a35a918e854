namespace Backchannel.Native.Bus.Memory;

/// <summary>What other processes of the bus told of sessions. Used under the lock of <see cref="WorkerSessions"/>.</summary>
internal sealed class SessionsElsewhere(TimeProvider timeProvider)
{
    /// <summary>How long is kept what was told.</summary>
    private static readonly TimeSpan Kept = WorkerSessions.Grace + WorkerSessions.SignInterval;

    private const int FirstPrune = 1024;

    /// <summary>By <see cref="WorkerSessions.Number"/>.</summary>
    private readonly Dictionary<long, long> seen = [];
    private readonly Dictionary<long, (string News, long At)> untold = [];

    /// <summary>The session showed itself to another process.</summary>
    public void Saw(long number)
    {
        if (seen.Count >= FirstPrune)
        {
            foreach (var (gone, _) in seen.Where(entry => timeProvider.GetElapsedTime(entry.Value) > Kept).ToList())
            {
                seen.Remove(gone);
            }
        }

        seen[number] = timeProvider.GetTimestamp();
    }

    /// <summary>Whether the session showed itself to another process within a time, and the time that such a sign takes.</summary>
    public bool HasShownItself(long number, TimeSpan within) =>
        seen.TryGetValue(number, out var at) && timeProvider.GetElapsedTime(at) < within + WorkerSessions.SignInterval;

    /// <summary>Keeps news for a session that is not known here: it may be on its way from another process.</summary>
    public void Keep(long number, string news)
    {
        if (untold.Count >= FirstPrune)
        {
            foreach (var (gone, _) in untold.Where(entry => timeProvider.GetElapsedTime(entry.Value.At) > Kept).ToList())
            {
                untold.Remove(gone);
            }
        }

        untold[number] = (news, timeProvider.GetTimestamp());
    }

    /// <summary>The news that were kept for a session; null: none.</summary>
    public string? Take(long number) => untold.Remove(number, out var kept) && timeProvider.GetElapsedTime(kept.At) < Kept ? kept.News : null;
}
