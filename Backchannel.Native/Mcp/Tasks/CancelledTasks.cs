using System.Collections.Concurrent;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>Tasks that were cancelled in this process: their ids stay valid, and a later poll must not begin them again.</summary>
internal sealed class CancelledTasks(TimeProvider time)
{
    /// <summary>Those that have expired are forgotten when so many are known; if none has, the oldest.</summary>
    private const int Limit = 20_000;

    private readonly ConcurrentDictionary<Guid, (DateTimeOffset At, DateTimeOffset Until)> known = new();

    public void Add(TaskTicket ticket)
    {
        known.TryAdd(ticket.Key, (time.GetUtcNow(), ticket.Until));
        if (known.Count > Limit)
        {
            // Half of them go at once, so that this is rare.
            foreach (var (key, _) in known.OrderBy(one => one.Value.Until > time.GetUtcNow()).ThenBy(static one => one.Value.At).Take(Limit / 2))
            {
                known.TryRemove(key, out _);
            }
        }
    }

    /// <returns>When it was cancelled; null: it was not, or that is forgotten.</returns>
    public DateTimeOffset? Find(TaskTicket ticket) => known.TryGetValue(ticket.Key, out var cancelled) ? cancelled.At : null;
}
