using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Several tasks that one call waits for. A bus that can wait for many is asked once; on any other each is looked at in turn.</summary>
/// <param name="channel">Where the tasks were posted; null: the bus or this process knows.</param>
internal sealed class AwaitedTasks(BackchannelClient bus, IReadOnlyList<string> ids, string? channel, Lanes lanes, MessageFinder finder)
{
    /// <summary>Tasks that one look reads in turn: with the pauses between looks, far within 120 requests a minute.</summary>
    private const int InTurn = 3;

    private int turn;

    /// <summary>The task of the extension that waits for them; null: a call that has to be answered.</summary>
    public TaskWait? Wait { get; init; }

    /// <summary>What tasks of the extension ask together; null: there are none.</summary>
    public CombinedWaits? Combined { get; init; }

    public IReadOnlyList<AwaitedTask> All { get; } = [.. ids.Distinct(StringComparer.OrdinalIgnoreCase).Select(static id => new AwaitedTask(id))];

    /// <summary>The one that changed last.</summary>
    public AwaitedTask? Changed { get; private set; }

    /// <summary>Whether the bus sends the result of a task along: one that it did not send does not exist.</summary>
    public bool BringsResults { get; private set; }

    /// <summary>Looks at those that are not over.</summary>
    /// <param name="wait">How long the bus may hold the request until one of them changes.</param>
    public async Task LookAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var isCombined = Combined is not null && Wait is { IsInBackground: true };
        if (await bus.Connection.Additions.OfferAsync(Additions.TaskWait, cancellationToken))
        {
            try
            {
                await WaitAsync(isCombined ? Combined!.WaitAsync : bus.WaitForTasksAsync, wait, cancellationToken);
                BringsResults = true;
                return;
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.NotFound)
            {
                // Another bus has taken its place, which cannot wait for many.
                bus.Connection.Additions.Forget();
            }
        }

        BringsResults = false;
        await LookInTurnAsync(isCombined ? Combined!.Pace : null, cancellationToken);
    }

    private async Task WaitAsync(
        Func<IReadOnlyList<SeenTask>, TimeSpan, CancellationToken, Task<IReadOnlyList<TaskChange>>> ask,
        TimeSpan wait,
        CancellationToken cancellationToken)
    {
        int known;
        do
        {
            known = All.Count(static task => task.IsKnown);
            List<SeenTask> pending = [.. All.Where(static task => !task.IsOver).Select(static task => new SeenTask(task.Id, task.Seen?.Version))];
            if (pending.Count == 0)
            {
                return;
            }

            IReadOnlyList<TaskChange> changes;
            try
            {
                changes = await ask(pending, wait, cancellationToken);
            }
            catch (BackchannelException fault) when (fault.InnerException is AnswerTooLongException)
            {
                changes = await AskEachAsync(pending, cancellationToken);
            }

            foreach (var change in changes)
            {
                Note(change);
            }

            // One answer does not hold any number of long tasks. One that tells of none that was unknown is no reason to ask again at once.
            wait = TimeSpan.Zero;
        }
        while (All.Count(static task => task.IsKnown) is var now && now > known && now < All.Count);
    }

    /// <summary>Asks for one task at a time, so that one which is too long to be read does not hide the others.</summary>
    private async Task<IReadOnlyList<TaskChange>> AskEachAsync(List<SeenTask> pending, CancellationToken cancellationToken)
    {
        List<TaskChange> changes = [];
        foreach (var task in pending)
        {
            try
            {
                changes.AddRange(await bus.WaitForTasksAsync([task], TimeSpan.Zero, cancellationToken));
            }
            catch (BackchannelException fault) when (fault.InnerException is AnswerTooLongException)
            {
                All.First(awaited => awaited.Id == task.Id).Gone = FaultCodes.UnusableAnswer;
            }
        }

        return changes;
    }

    private void Note(TaskChange change)
    {
        var state = change.State(AnswerJson.Default.Message);
        var id = state?.Message.Id ?? change.Id;
        if (All.FirstOrDefault(task => string.Equals(task.Id, id, StringComparison.OrdinalIgnoreCase)) is not { } changed)
        {
            return;
        }

        Changed = changed;
        if (state is null)
        {
            changed.Gone = change.Error;
            changed.End = TaskEnd.OfExpired(change.TaskState, change.EndedBy, change.EndedAt, change.Reason);
        }
        else
        {
            changed.See(new(state.Message, state.Version, state.Deliveries, state.Task), state.Result);
            changed.Gone = state is { Task: null, Message.AcknowledgedBy: [] } ? ErrorCodes.ChannelNotClaimable : null;
        }
    }

    private async Task LookInTurnAsync(WaitPace? pace, CancellationToken cancellationToken)
    {
        var pending = All.Where(static task => !task.IsOver).ToList();
        var unknown = pending.FindAll(static task => !task.IsKnown);
        var due = unknown.Count > 0 ? unknown : [.. Enumerable.Range(0, Math.Min(InTurn, pending.Count)).Select(step => pending[(turn + step) % pending.Count])];
        turn += InTurn;
        foreach (var task in due)
        {
            if (pace is not null)
            {
                await pace.TakeAsync(cancellationToken);
            }

            await LookAsync(task, cancellationToken);
        }
    }

    private async Task LookAsync(AwaitedTask task, CancellationToken cancellationToken)
    {
        var version = task.Seen?.Version;
        try
        {
            var lane = await LaneAsync(task.Id, cancellationToken);
            if (await finder.FindNextAsync(bus, lane.Channel.Id, task.Id, version, TimeSpan.Zero, cancellationToken) is { } seen)
            {
                task.See(seen, null);
                task.Gone = lane.Channel.Mode == ChannelMode.Broadcast && seen.Message.AcknowledgedBy is [] ? ErrorCodes.ChannelNotClaimable : null;
            }
            else
            {
                task.Gone = ErrorCodes.MessageNotFound;
            }
        }
        catch (BackchannelException exception) when (exception.Code is ErrorCodes.MessageExpired or ErrorCodes.MessageNotFound)
        {
            task.Gone = exception.Code;
            task.End = TaskEnd.OfExpired(exception.Refusal);
        }

        Changed = task.Gone is not null || task.Seen?.Version != version ? task : Changed;
    }

    private async Task<Lane> LaneAsync(string id, CancellationToken cancellationToken)
    {
        var named = channel ?? await finder.FindChannelAsync(bus, id, cancellationToken) ?? throw ChannelNeeded();
        return await lanes.OnAsync(bus, named, newMode: null, static lane => Task.FromResult(lane), cancellationToken);
    }

    /// <summary>Notes what was seen of the only task before.</summary>
    public AwaitedTask Alone(SeenMessage? seen)
    {
        var task = All[0];
        if (task.Seen is null && seen is not null)
        {
            task.See(seen, null);
        }

        return task;
    }

    public static ToolException ChannelNeeded() => new(
        "This bus cannot find a task by its id alone.\nCall await_result again with channel: the name or id of the channel that the task was posted to.");
}
