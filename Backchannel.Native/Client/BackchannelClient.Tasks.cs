using System.Net.Http;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <content>What a bus of this program offers beyond the contract: the life of tasks, notes, waits, files.</content>
internal sealed partial class BackchannelClient
{
    /// <summary>Posts a task with options, once as <see cref="PostMessageAsync(string, PostMessageRequest, CancellationToken)"/>; only where the bus offers <see cref="Additions.TaskLife"/>.</summary>
    public async Task<PostedToLane> PostTaskAsync(string channelId, PostTaskRequest request, CancellationToken cancellationToken)
    {
        var operation = BusRequest.RepeatablePost(Routes.ChannelTasks(channelId), request, WireJsonContext.Default.PostTaskRequest);
        var (posted, answer) = await Connection.SendForAnswerAsync(
            operation with { TraceParent = traceParent }, AnswerJson.Default.PostedToLane, cancellationToken);
        return posted with { IsOfEarlierCall = answer.IsOfEarlierCall };
    }

    /// <summary>Ends the attempt of a session, as the request says; only where the bus offers <see cref="Additions.TaskLife"/>, as those below.</summary>
    public Task<LifeOutcome> FinishAsync(string messageId, FinishRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.Finish(messageId), request, WireJsonContext.Default.FinishRequest),
            AnswerJson.Default.LifeOutcome,
            cancellationToken);

    /// <summary>Takes a task back, whoever works on it.</summary>
    public Task<LifeOutcome> CancelTaskAsync(string messageId, LifeRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.Cancel(messageId), request, WireJsonContext.Default.LifeRequest),
            AnswerJson.Default.LifeOutcome,
            cancellationToken);

    /// <summary>Withdraws a message that nobody has claimed.</summary>
    public Task<StatusAnswer> RetractAsync(string messageId, CancellationToken cancellationToken) =>
        SendAsync(new BusRequest(HttpMethod.Delete, Routes.Message(messageId)), AnswerJson.Default.StatusAnswer, cancellationToken);

    /// <summary>Claims the best open task of some channels, or waits for one; only where the bus offers <see cref="Additions.ClaimNext"/>.</summary>
    /// <param name="idempotencyKey">Of this claim and its repetitions: they all get the same task while that claim stands.</param>
    public async Task<ClaimedNext> ClaimNextAsync(ClaimNextRequest body, IdempotencyKey idempotencyKey, CancellationToken cancellationToken)
    {
        var request = BusRequest.Post(Routes.ClaimNext, body, WireJsonContext.Default.ClaimNextRequest) with
        {
            TraceParent = traceParent,
            IdempotencyKey = idempotencyKey,
            Wait = TimeSpan.FromSeconds(body.Wait ?? 0),
        };
        var (claimed, answer) = await Connection.SendForAnswerAsync(request, AnswerJson.Default.ClaimedNext, cancellationToken);
        return claimed with { Deliveries = answer.Deliveries };
    }

    /// <summary>Notes something on a task; only where the bus offers <see cref="Additions.TaskNotes"/>.</summary>
    public Task<NoteOutcome> AddNoteAsync(string messageId, NoteRequest note, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.Notes(messageId), note, WireJsonContext.Default.NoteRequest),
            AnswerJson.Default.NoteOutcome,
            cancellationToken);

    /// <summary>Opens a failed task again; only where the bus offers <see cref="Additions.TaskLife"/>.</summary>
    /// <param name="actor">Null: the label of the key.</param>
    public Task<LifeOutcome> ReopenAsync(string messageId, string? actor, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.RepeatablePost(Routes.Reopen(messageId), new LifeRequest(Actor: actor), WireJsonContext.Default.LifeRequest),
            AnswerJson.Default.LifeOutcome,
            cancellationToken);

    /// <summary>Those of the tasks that have changed since they were seen; only where the bus offers <see cref="Additions.TaskWait"/>.</summary>
    /// <param name="wait">How long the bus may hold the request until one of them changes; zero: answer at once.</param>
    /// <returns>With the results of those that are acknowledged. If it is not empty, further ones may have changed.</returns>
    public async Task<IReadOnlyList<TaskChange>> WaitForTasksAsync(
        IReadOnlyList<SeenTask> tasks, TimeSpan wait, CancellationToken cancellationToken)
    {
        var request = BusRequest.Ask(Routes.TaskWait, new TaskWaitRequest(tasks, wait.TotalSeconds, Results: true), WireJsonContext.Default.TaskWaitRequest);
        return (await SendAsync(request with { Wait = wait }, AnswerJson.Default.TaskChanges, cancellationToken)).Tasks;
    }

    /// <summary>The tasks of the own key; only where the bus offers <see cref="Additions.OwnTasks"/>.</summary>
    /// <param name="session">Tells this process's tasks apart.</param>
    public Task<OwnTasks> GetOwnTasksAsync(WorkerSession session, CancellationToken cancellationToken) =>
        SendAsync(
            BusRequest.Ask(Routes.OwnTasks, new OwnTasksRequest(session.Secret), WireJsonContext.Default.OwnTasksRequest),
            AnswerJson.Default.OwnTasks,
            cancellationToken);

    /// <summary>Uploads a file, so that this key may name it for an hour; only where the bus offers <see cref="Additions.TaskFiles"/>.</summary>
    /// <param name="open">Opens the bytes at their beginning, once for each attempt.</param>
    public Task<UploadedFile> UploadFileAsync(Func<Stream> open, long length, CancellationToken cancellationToken) =>
        SendAsync(
            new BusRequest(HttpMethod.Put, Routes.Files) { Content = () => FileContent.Of(open(), length), Wait = FileContent.TimeFor(length) },
            AnswerJson.Default.UploadedFile,
            cancellationToken);

    /// <summary>Reads a file of a message.</summary>
    /// <param name="receive">Takes the bytes as they come; called anew, from the beginning, at each attempt.</param>
    /// <param name="length">As the message says.</param>
    public Task DownloadFileAsync(
        string messageId, string sha256, long length, Func<Stream, CancellationToken, Task> receive, CancellationToken cancellationToken) =>
        Connection.ReceiveAsync(
            BusRequest.Get(Routes.MessageFile(messageId, sha256)) with { Receive = receive, Wait = FileContent.TimeFor(length), TraceParent = traceParent },
            cancellationToken);
}
