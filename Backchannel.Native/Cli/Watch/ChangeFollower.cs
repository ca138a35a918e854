using Backchannel.Native.Cli.Views;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>Reads the channels once, then what changes, in one request that waits. A connection that is lost is made again.</summary>
/// <remarks>
/// A key may make 120 requests a minute, and agents may use the same one. While changes come without a pause, this makes about 30:
/// 20 that wait, 6 to 12 for the counts of the channels, and once a minute those for lists that could not be followed.
/// </remarks>
internal sealed class ChangeFollower(BusViews bus, LaneChoice choice, IWatchDisplay display, TimeProvider time)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenChangesOfABusyBus = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenCountsOfABusyBus = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLists = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>After so many answers with changes in a row the bus counts as busy.</summary>
    private const int ManyInARow = 10;

    /// <summary>Bytes that were allocated since memory was given back last: by changes, or by keys and what they showed.</summary>
    private const long WorthGivingBack = 500_000;

    private readonly HashSet<string> watched = [];

    /// <summary>Channels that came with a task before they were known. One that is in no list is not looked for again: each look costs a request.</summary>
    private readonly HashSet<string> lookedFor = [];

    private TaskCompletionSource asked = new();
    /// <summary>The tasks that waited for a person when the counts were read last.</summary>
    private IReadOnlyList<TaskRow> stuck = [];

    private string cursor = "";
    private bool someAreMissing;
    private bool countsAreOld;
    private bool listsAreOld;
    private long countsReadAt;
    private long listsReadAt;
    private int inARow;
    private long allocated;

    /// <summary>Reads everything once.</summary>
    /// <exception cref="BackchannelException">The bus cannot be asked, or shows nothing of this kind.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var list = await ReadCountsAsync(cancellationToken);
        if (choice.Missing(list) is { } missing)
        {
            display.Notice(missing);
        }

        await ReadAllListsAsync(list, cancellationToken);
    }

    /// <summary>Tells what changes until it is cancelled.</summary>
    /// <exception cref="BackchannelException">The bus refuses, and would refuse again.</exception>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        // From here on what is read has changed, also where the first step reads a list.
        display.Found();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await StepAsync(cancellationToken);
                display.Found();
                pause = FirstPause;
            }
            catch (BackchannelException fault) when (IsPassing(fault))
            {
                asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
                display.Lost(fault.Message);
                var wait = fault.RetryAfter is { } wanted && wanted > pause ? wanted : pause;
                await asked.Task.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                pause = asked.Task.IsCompleted ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Ends the pause after a lost connection.</summary>
    public void TryNow() => asked.TrySetResult();

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = await bus.ChangesAsync(cursor, UntilNextReading(), cancellationToken);
        cursor = answer.Cursor;
        listsAreOld |= answer.More;
        countsAreOld |= answer.More || answer.Lanes.Any(lane => someAreMissing || IsWatched(lane));
        if (choice.IsAll && answer.Tasks.Any(row => !watched.Contains(row.ChannelId) && lookedFor.Add(row.ChannelId)))
        {
            // A new channel gets its name before its first task is told.
            await ReadCountsAsync(cancellationToken);
        }

        Tell(answer);
        if (answer.Reset || (listsAreOld && time.GetElapsedTime(listsReadAt) >= BetweenLists))
        {
            await ReadAllListsAsync(await ReadCountsAsync(cancellationToken), cancellationToken);
        }
        else if (countsAreOld && time.GetElapsedTime(countsReadAt) >= PauseOfCounts)
        {
            await ReadCountsAsync(cancellationToken);
        }

        inARow = answer.Tasks.Count > 0 || answer.Lanes.Count > 0 ? inARow + 1 : 0;
        GiveMemoryBack();
        var left = (IsBusy ? BetweenChangesOfABusyBus : BetweenChanges) - time.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }

    /// <summary>Once it is quiet it may be so for hours: what was read and drawn goes back to the system.</summary>
    private void GiveMemoryBack()
    {
        if (inARow == 0 && GC.GetTotalAllocatedBytes() - allocated > WorthGivingBack)
        {
            ProgramMemory.ReleaseWhenIdle();
            allocated = GC.GetTotalAllocatedBytes();
        }
    }

    private bool IsBusy => inARow >= ManyInARow;

    private TimeSpan PauseOfCounts => IsBusy ? BetweenCountsOfABusyBus : BetweenCounts;

    /// <summary>How long the bus may hold the request: until something else is to be read that had to wait.</summary>
    private TimeSpan UntilNextReading()
    {
        var wait = Wait;
        if (countsAreOld)
        {
            wait = Sooner(wait, PauseOfCounts - time.GetElapsedTime(countsReadAt));
        }

        return listsAreOld ? Sooner(wait, BetweenLists - time.GetElapsedTime(listsReadAt)) : wait;
    }

    private static TimeSpan Sooner(TimeSpan one, TimeSpan other) => other >= one ? one : other > TimeSpan.Zero ? other : TimeSpan.Zero;

    private bool IsWatched(string channelId) => choice.IsAll || watched.Contains(channelId);

    private void Tell(LiveChanges answer)
    {
        List<TaskRow> rows = [.. answer.Tasks.Where(row => IsWatched(row.ChannelId))];
        if (rows.Count > 0)
        {
            display.Changed(rows);
        }
    }

    private async Task<LaneList> ReadCountsAsync(CancellationToken cancellationToken)
    {
        var list = await bus.LanesAsync(cancellationToken, Limits.MaxStuck);
        stuck = list.Stuck ?? [];
        if (cursor.Length == 0)
        {
            cursor = list.Cursor;
        }

        (countsAreOld, countsReadAt) = (false, time.GetTimestamp());
        someAreMissing = choice.Missing(list) is not null;
        var lanes = choice.Of(list);
        display.Lanes(lanes);
        List<LaneView> added = [.. lanes.Where(lane => watched.Add(lane.Id))];
        if (!choice.IsAll && listsReadAt != 0)
        {
            // The first tasks of a channel that was made meanwhile came before it was known as a watched one.
            await ReadListsAsync(added, cancellationToken);
        }

        return list;
    }

    private async Task ReadAllListsAsync(LaneList list, CancellationToken cancellationToken)
    {
        await ReadListsAsync(choice.Of(list), cancellationToken);
        (listsAreOld, listsReadAt) = (false, time.GetTimestamp());
    }

    private async Task ReadListsAsync(IReadOnlyList<LaneView> lanes, CancellationToken cancellationToken)
    {
        foreach (var lane in LaneWords.ByNeed(lanes).Take(BusViews.MostLanes))
        {
            var tasks = await bus.TasksAsync(lane.Id, state: null, Limits.DefaultPageSize, cancellationToken);
            // Newer tasks of others may have pushed them out of the list.
            var older = stuck.Where(row => row.ChannelId == lane.Id && !tasks.Any(other => other.Id == row.Id));
            display.Tasks(lane.Id, [.. tasks, .. older]);
        }
    }

    /// <summary>Whether it is worth asking again.</summary>
    private static bool IsPassing(BackchannelException fault) =>
        fault.Code is FaultCodes.Unreachable or FaultCodes.Timeout or FaultCodes.UnusableAnswer or FaultCodes.Locked
        || fault.Status is 408 or 429 or >= 500;
}
