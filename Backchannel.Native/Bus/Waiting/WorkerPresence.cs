using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Who works on a channel: who waits for tasks at this process of the bus, and who holds them.</summary>
internal sealed class WorkerPresence(ClaimQueue queue, WorkerSessions sessions)
{
    /// <summary>Held tasks, those of sessions that are gone included.</summary>
    private const int MostLooked = 1000;

    public ChannelWorkers Describe(StorageSession storage, ChannelRecord channel, long now) => new(
        [.. queue.WaitingOn(channel.Number).Take(Limits.MaxPageSize).Select(static worker => new WaitingWorker(worker.Actor, Instant.ToText(worker.Since)))],
        [.. Held(storage, channel, now).Where(IsHere).Take(Limits.MaxPageSize).Select(static task => new HoldingWorker(task.Actor, task.Id, Instant.ToText(task.ClaimedAt)))],
        Instant.ToText(storage.Claims.LastClaimAt(channel.Number)));

    /// <summary>The held tasks of a channel, those of sessions that are gone included.</summary>
    public static IEnumerable<TaskAtWork> Held(StorageSession storage, ChannelRecord channel, long now) => storage.Claims.Held(channel.Number, now, MostLooked);

    /// <summary>Whether the holder of a task is there.</summary>
    public bool IsHere(TaskAtWork task) => IsHere(task.Session);

    public WorkerCounts Count(StorageSession storage, ChannelRecord channel, long now) => new(
        queue.CountWaitingOn(channel.Number),
        storage.Claims.HoldingSessions(channel.Number, now, 2 * Limits.MaxPageSize).Where(IsHere).Take(Limits.MaxPageSize).Count(),
        Instant.ToText(storage.Claims.LastClaimAt(channel.Number)));

    /// <summary>Whether a holder is there: a claim without a session, or from a shell, counts until its lease is over.</summary>
    private bool IsHere(string? session) => session is null or WorkerSessions.Detached || sessions.IsPresent(session);
}
