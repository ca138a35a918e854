using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>What people look at, as the bus tells it. A bus that cannot is named as such.</summary>
internal sealed class BusViews(BackchannelClient client)
{
    /// <summary>Channels whose tasks are read for one view: each costs a request, and a key has a limited number of them a minute.</summary>
    public const int MostLanes = 20;

    public string BusName => client.Connection.BusName;

    /// <param name="stuck">How many of the tasks that wait for a person are told, of each kind; null: none.</param>
    public Task<LaneList> LanesAsync(CancellationToken cancellationToken, int? stuck = null) =>
        UseAsync(Additions.Views, () => client.GetLanesAsync(stuck, cancellationToken), cancellationToken);

    /// <param name="channel">Id, alias or name.</param>
    /// <param name="state">One of <see cref="TaskStates"/>; null: all.</param>
    /// <returns>The newest first.</returns>
    public async Task<IReadOnlyList<TaskRow>> TasksAsync(string channel, string? state, int limit, CancellationToken cancellationToken) =>
        (await UseAsync(Additions.Views, () => client.ListTasksAsync(channel, state, limit, cancellationToken), cancellationToken)).Data;

    public Task<LiveChanges> ChangesAsync(string after, TimeSpan wait, CancellationToken cancellationToken) =>
        UseAsync(Additions.Views, () => client.GetChangesAsync(after, wait, cancellationToken), cancellationToken);

    public Task<WorkerList> WorkersAsync(CancellationToken cancellationToken) =>
        UseAsync(Additions.Views, () => client.GetWorkersAsync(cancellationToken), cancellationToken);

    /// <summary>A task with its whole life.</summary>
    /// <exception cref="BackchannelException">It is gone, this key may not see it, or the bus could not be asked.</exception>
    public async Task<MessageState> TaskAsync(string id, CancellationToken cancellationToken)
    {
        var changes = await UseAsync(
            Additions.TaskWait,
            () => client.WaitForTasksAsync([new SeenTask(id)], TimeSpan.Zero, cancellationToken),
            cancellationToken);
        return changes is [var change]
            ? change.State(AnswerJson.Default.Message) ?? throw Gone(change)
            : throw new BackchannelException($"{BusName} does not say how task {id} stands") { Code = FaultCodes.UnusableAnswer };
    }

    /// <returns>The state now, one of <see cref="TaskStates"/>.</returns>
    public async Task<string> CancelAsync(string id, CancellationToken cancellationToken) =>
        (await client.CancelTaskAsync(id, new LifeRequest(), cancellationToken)).Status;

    /// <summary>Answers the newest question of a task.</summary>
    public Task AnswerAsync(string id, string text, CancellationToken cancellationToken) =>
        client.AddNoteAsync(id, new NoteRequest(NoteKinds.Answer, text), cancellationToken);

    public Task ReopenAsync(string id, CancellationToken cancellationToken) => client.ReopenAsync(id, actor: null, cancellationToken);

    private async Task<T> UseAsync<T>(string addition, Func<Task<T>> request, CancellationToken cancellationToken)
        where T : class =>
        await client.Connection.Additions.UseAsync(addition, request, cancellationToken)
            ?? throw new BackchannelException($"{BusName} does not offer '{addition}', so it cannot show this")
            {
                Code = ErrorCodes.NotFound,
                Advice = client.Connection.IsLocal
                    ? "An older release runs this bus: 'backchannel-mcp stop' ends it, and the next call starts this release."
                    : "It is no backchannel-mcp, or an older release: its operator has to start this release.",
            };

    private static BackchannelException Gone(TaskChange change) => new($"task {change.Id} cannot be shown: {change.Message.ToString().TrimEnd('.')}")
    {
        Code = change.Error!,
        Advice = "It was taken back, or its time is over, or the id is another one: 'backchannel-mcp tasks' shows those that are there.",
    };
}
