using Backchannel.Native.Client;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Claims the tasks that may be run here, one after the other.</summary>
/// <remarks>
/// The best open task is claimed in one request, which waits. If it turns out to be a stranger's, it is given back, which counts as no attempt. From then on,
/// until nothing of others is open, the bus is asked for tasks of the right keys alone, and such a request does not wait. So however many tasks strangers
/// post, they cost one claim, and neither hold up the others nor use up the requests that the key may make.
/// </remarks>
/// <param name="all">Looks for whatever is best.</param>
/// <param name="allowed">Looks for tasks of <see cref="Senders.Keys"/>.</param>
internal sealed class TaskSource(BackchannelClient bus, ClaimSearch all, ClaimSearch allowed, HeldLeases held, Senders senders, TimeProvider time)
{
    /// <summary>Short: a runner that is killed in its first second, before the bus knows its process, holds the task up for no longer.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>Between two looks at tasks of the right keys. A key may make 120 requests a minute, and what is done for a task counts too.</summary>
    private static readonly TimeSpan SiftingPause = TimeSpan.FromSeconds(3);

    private bool isSifting;
    private int looked;
    private int clear;
    private TimeSpan pause = FirstPause;

    /// <summary>Tells of a task that is left to others, and the id of the key that posted it.</summary>
    public required Action<Message, string?> Passed { get; init; }

    /// <summary>Ids of the lanes, for the looks at what is open.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>Given the ids of lanes that are gone: looks whether they were made again, and puts the new ids in their place.</summary>
    public required Func<IReadOnlyList<string>, CancellationToken, Task> FindAgain { get; init; }

    /// <param name="wait">How long to wait at most.</param>
    /// <param name="stop">Ends the wait; what the bus gives at that moment is given back.</param>
    /// <returns>Null: none for now.</returns>
    public async Task<HeldLease?> NextAsync(TimeSpan wait, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var lease = isSifting ? await SiftAsync(stop) : await ClaimAsync(wait, stop);
        if (lease is not null)
        {
            pause = FirstPause;
            return lease;
        }

        IReadOnlyList<string> gone = [.. all.Missing.Concat(allowed.Missing).Select(static missing => missing.Name).Intersect(Channels)];
        if (gone.Count > 0)
        {
            await FindAgain(gone, stop);
        }

        // A bus that does not hold the request, and a lane that is gone, must not be asked without a pause.
        if (time.GetElapsedTime(started) < wait / 2)
        {
            var left = wait - time.GetElapsedTime(started);
            var next = isSifting ? SiftingPause : pause;
            await Task.Delay(next < left ? next : left, time, stop);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }

        return null;
    }

    private async Task<HeldLease?> ClaimAsync(TimeSpan wait, CancellationToken stop)
    {
        if (await TakeAsync(all, wait, stop) is not var (lease, isAllowed))
        {
            return null;
        }

        if (isAllowed)
        {
            return lease;
        }

        (isSifting, clear) = (true, 0);
        Passed(lease.Message, lease.Task?.PostedByKeyId);

        // What is allowed may lie behind it.
        return await SiftAsync(stop);
    }

    private async Task<HeldLease?> SiftAsync(CancellationToken stop)
    {
        if (await TakeAsync(allowed, TimeSpan.Zero, stop) is (var lease, true))
        {
            return lease;
        }

        if (allowed.Missing.Count > 0)
        {
            return null;
        }

        // One lane at a time, so that many cost no more requests.
        var channel = Channels[looked++ % Channels.Count];
        var open = await bus.ListMessagesAsync(channel, new() { Status = MessageStatus.Unclaimed, Limit = 1 }, stop);
        clear = open.Data.Count == 0 ? clear + 1 : 0;
        isSifting = clear < Channels.Count;
        return null;
    }

    /// <returns>What was claimed, and whether it may be run; if not, it was given back. Null: nothing.</returns>
    private async Task<(HeldLease Lease, bool IsAllowed)?> TakeAsync(ClaimSearch search, TimeSpan wait, CancellationToken stop)
    {
        if (await search.LookAsync(bus, wait, isBeforeWait: false, stop) is not var (task, _))
        {
            return null;
        }

        var isAllowed = false;
        try
        {
            isAllowed = senders.Include(task.Lease);
        }
        finally
        {
            if (!isAllowed)
            {
                held.Forget(task.Lease.MessageId);
                await held.GiveBackAsync(task.Lease);
            }
        }

        return (task.Lease, isAllowed);
    }
}
