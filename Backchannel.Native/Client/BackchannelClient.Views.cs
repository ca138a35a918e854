using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <content>What people look at; only where the bus offers <see cref="Additions.Views"/>.</content>
internal sealed partial class BackchannelClient
{
    /// <summary>The channels that this key may see, and how each of them stands.</summary>
    /// <param name="stuck">How many of the tasks that wait for a person are told, of each kind, at most <see cref="Limits.MaxStuck"/>; null: none.</param>
    public Task<LaneList> GetLanesAsync(int? stuck, CancellationToken cancellationToken) =>
        SendAsync(BusRequest.Get(Routes.Lanes + QueryString.Of(("stuck", QueryString.Text(stuck)))), AnswerJson.Default.LaneList, cancellationToken);

    /// <summary>The tasks of a channel, the newest first.</summary>
    /// <param name="channel">Id, alias or name.</param>
    /// <param name="state">One of <see cref="TaskStates"/>; null: all.</param>
    public Task<Page<TaskRow>> ListTasksAsync(string channel, string? state, int limit, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Get(Routes.ChannelTasks(channel) + QueryString.Of(("state", state), ("limit", QueryString.Text((int?)limit)))),
            AnswerJson.Default.TaskRowPage,
            cancellationToken);

    /// <summary>What changed since a cursor.</summary>
    /// <param name="wait">How long the bus may hold the request until something changes; zero: answer at once.</param>
    public Task<LiveChanges> GetChangesAsync(string after, TimeSpan wait, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Get(Routes.Changes + QueryString.Of(("after", after), ("wait", QueryString.Text(wait)))) with { Wait = wait },
            AnswerJson.Default.LiveChanges,
            cancellationToken);

    /// <summary>Who waits for tasks, who holds one, and what ended lately.</summary>
    public Task<WorkerList> GetWorkersAsync(CancellationToken cancellationToken) =>
        SendAsync(BusRequest.Get(Routes.Workers), AnswerJson.Default.WorkerList, cancellationToken);
}
