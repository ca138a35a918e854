using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Waits until one task or several are over, and reads their results.</summary>
internal sealed class AwaitResultTool(
    BackchannelClient client, Lanes lanes, MessageFinder finder, ToldQuestions told, Waiting waiting, TimeProvider time, FileReceiving files)
    : BackchannelTool<AwaitResultArguments, AwaitResultResult>(
        client, static () => ToolsJsonContext.Readable.AwaitResultArguments, static () => ToolsJsonContext.Readable.AwaitResultResult)
{
    private const int DefaultTimeoutSeconds = 50;

    private const string Any = "any";

    /// <summary>For everything of a result but content and metadata.</summary>
    private const int FrameBytes = 8000;

    /// <summary>For the reasons of one task alone, and of each of several.</summary>
    private const int MaxReasonsLength = 16_000;
    private const int MaxReasonsLengthOfSeveral = 300;

    /// <summary>For the results of several tasks.</summary>
    private const int MaxResultsBytes = 50_000;

    public override string Name => "await_result";

    public override string Title => "Wait for a result";

    public override string Description =>
        "Wait until a posted task is done and get its result. On status open, waiting or claimed call it again: nothing is lost; "
        + "on question answer with update_task first." + OthersTexts.AreData;

    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = true,
        DestructiveHint = false,
        IdempotentHint = true,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "The one that post_task returned." },
            "message_ids": { "type": "array", "items": { "type": "string" }, "description": "Instead: several, at most 100." },
            "until": { "type": "string", "enum": ["all", "any"], "description": "With message_ids; default all." },
            "channel": { "type": "string", "minLength": 1, "description": "Where the task was posted; needed only if asked for." },
            "timeout_seconds": { "type": "integer", "minimum": 0, "maximum": 3600, "default": 50, "description": "Longest wait: 0 (only look) to 3600, default 50. It may end earlier." }
          },
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["acknowledged", "claimed", "open", "waiting", "question", "failed", "cancelled", "expired", "unknown"] },
            "message_id": {},
            "acknowledged_by": {},
            "result": { "type": "object", "required": ["content"] },
            "claimed_by": {},
            "question": { "type": "object" },
            "last_note": { "type": "object" },
            "reason": {},
            "attempts": { "type": "array" },
            "waited_seconds": { "type": "integer" },
            "owner": {},
            "results": { "type": "array" },
            "note": {},
            "next": {}
          },
          "required": ["status"]
        }
        """u8;

    protected override Task<AwaitResultResult> RunAsync(
        AwaitResultArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken) => arguments switch
        {
            { MessageId: { } id, MessageIds: null } => AwaitOneAsync(id, arguments, bus, call, cancellationToken),
            { MessageId: null, MessageIds: { Count: >= 1 and <= TaskLimits.MaxWatchedTasks } ids } when ids.All(static id => !string.IsNullOrWhiteSpace(id)) =>
                AwaitSeveralAsync(ids, arguments, bus, call, cancellationToken),
            { MessageIds: not null, MessageId: null } => throw new ToolException(
                $"Wrong parameter message_ids: got {arguments.MessageIds.Count} entries; allowed: 1 to {TaskLimits.MaxWatchedTasks} ids of tasks."),
            _ => throw new ToolException("Give either message_id, the id that post_task returned, or message_ids for several."),
        };

    private async Task<AwaitResultResult> AwaitOneAsync(
        string id, AwaitResultArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var asked = arguments.TimeoutSeconds ?? DefaultTimeoutSeconds;
        var limit = WaitLimit.AllowedWait(asked, call);
        var started = time.GetTimestamp();
        string? channel = arguments.Channel;
        SeenMessage? seen = null;
        var wasClaimed = false;
        string? owner = null;
        await using var progress = new WaitProgress(call, TaskState.Waiting, time, cancellationToken);
        return await waiting.UntilAsync(call, limit, LookAsync, cancellationToken) ?? NotYet();

        AwaitResultResult NotYet()
        {
            var (result, cut) = (AwaitResultResult.NotYet(seen!, wasClaimed), WaitLimit.Explain(TimeSpan.FromSeconds(asked), limit));
            return result with
            {
                WaitedSeconds = (int)time.GetElapsedTime(started).TotalSeconds,
                Owner = owner,
                Note = cut is null ? result.Note : $"{result.Note} {cut}",
                Next = $"Call await_result again with message_id {id} to go on waiting.",
            };
        }

        async Task<AwaitResultResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            try
            {
                channel ??= await finder.FindChannelAsync(bus, id, look) ?? throw AwaitedTasks.ChannelNeeded();
                owner = (await FindLaneAsync()).ForeignOwner();
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.MessageExpired)
            {
                return AwaitResultResult.Ended(TaskStates.Expired, seen, MaxReasonsLength);
            }

            switch (TaskState.Word(seen!))
            {
                case TaskStates.Acknowledged:
                    var result = await ReadAsync(bus, seen!.Message, look);
                    return await ShowAsync(bus, seen.Message, result, call.MaxResultBytes - FrameBytes, cancellationToken) with { Owner = owner };
                case TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired:
                    return AwaitResultResult.Ended(seen!.Task!.State, seen, MaxReasonsLength) with { Owner = owner };
                case var _ when ShownNote.OpenQuestion(seen!.Task) is { } question && told.TryTell(id, question.Id):
                    return AwaitResultResult.Ask(seen, question) with { Owner = owner };
                default:
                    // The reference bus leaves the key of a claim that is over on the message.
                    wasClaimed |= (seen.Message.ClaimedBy?.Id ?? seen.Message.ClaimedByKeyId) is not null;
                    await progress.ChangeAsync(TaskState.Of(seen), look);
                    return null;
            }

            async Task<Lane> FindLaneAsync()
            {
                try
                {
                    return await lanes.OnAsync(bus, channel, newMode: null, FindAsync, look);
                }
                catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound && arguments.Channel is null)
                {
                    // Nobody named that channel: it is the one where this process saw the task.
                    throw Gone(id, arguments, seen?.Message);
                }
            }

            async Task<Lane> FindAsync(Lane found)
            {
                seen = await finder.FindNextAsync(bus, found.Channel.Id, id, seen?.Version, wait, look)
                    ?? throw Gone(id, arguments, seen?.Message);
                return found;
            }
        }
    }

    private async Task<AwaitResultResult> AwaitSeveralAsync(
        IReadOnlyList<string> ids, AwaitResultArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var asked = arguments.TimeoutSeconds ?? DefaultTimeoutSeconds;
        var limit = WaitLimit.AllowedWait(asked, call);
        var started = time.GetTimestamp();
        var tasks = new AwaitedTasks(bus, ids, arguments.Channel, lanes, finder);
        var isAny = arguments.Until == Any;
        await using var progress = new WaitProgress(call, Count(tasks), time, cancellationToken);
        var result = await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
        return result ?? await ShowAsync(bus, tasks, null, cancellationToken) with
        {
            WaitedSeconds = (int)time.GetElapsedTime(started).TotalSeconds,
            Note = WaitLimit.Explain(TimeSpan.FromSeconds(asked), limit) is { } cut ? $"{Count(tasks)}. {cut}" : $"{Count(tasks)}.",
            Next = "Call await_result again with those message_ids that are not over to go on waiting.",
        };

        async Task<AwaitResultResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            await tasks.LookAsync(wait, look);
            if (isAny ? tasks.All.Any(static task => task.IsOver) : tasks.All.All(static task => task.IsOver))
            {
                var isWhole = tasks.All.All(static task => task.IsOver);
                return await ShowAsync(bus, tasks, tasks.All.First(static task => task.IsOver), look) with
                {
                    Next = isWhole ? null : "Call await_result with the other message_ids for the rest.",
                };
            }

            foreach (var task in tasks.All)
            {
                if (ShownNote.OpenQuestion(task.Seen?.Task) is { } question && told.TryTell(task.Id, question.Id))
                {
                    var shown = AwaitResultResult.Ask(task.Seen!, question);
                    return shown with { Results = (await ShowAsync(bus, tasks, null, look)).Results };
                }
            }

            var news = tasks.Changed is { Seen: { } changed } ? $"{Count(tasks)}; {tasks.Changed.Id} {TaskState.Of(changed)}" : Count(tasks);
            await progress.ChangeAsync(news, look);
            return null;
        }
    }

    private static string Count(AwaitedTasks tasks) => $"{tasks.All.Count(static task => task.IsOver)} of {tasks.All.Count} are over";

    /// <summary>How several tasks stand.</summary>
    /// <param name="first">The one that ended the wait; null: it goes on.</param>
    private async Task<AwaitResultResult> ShowAsync(
        BackchannelClient bus, AwaitedTasks tasks, AwaitedTask? first, CancellationToken cancellationToken)
    {
        var left = MaxResultsBytes;
        List<AwaitResultResult> results = [];
        foreach (var task in tasks.All)
        {
            var shown = await ShowAsync(task);
            results.Add(shown with { MessageId = task.Id, Next = null });
        }

        var words = tasks.All.Select(static task => task.Word).ToList();
        var status = first is not null && tasks.All.All(static task => task.IsOver)
            ? words.Find(static word => word != TaskStates.Acknowledged) ?? TaskStates.Acknowledged
            : first?.Word ?? Array.Find([TaskStates.Claimed, TaskStates.Open], words.Contains) ?? TaskStates.Waiting;
        return new(status, Results: results);

        async Task<AwaitResultResult> ShowAsync(AwaitedTask task)
        {
            switch (task.Word)
            {
                case AwaitResultResult.Unknown:
                    return new(AwaitResultResult.Unknown, Note: "No task has this id: it was withdrawn or removed, or the id is wrong.");
                case TaskStates.Acknowledged:
                    var result = task.Result ?? await ReadAsync(bus, task.Seen!.Message, cancellationToken);
                    var size = result is null ? 0 : FittedMessage.SizeOf(result);
                    if (size > left)
                    {
                        return new(TaskStates.Acknowledged, Note: $"Its result of {size:N0} bytes is left out here: call await_result with this message_id alone.");
                    }

                    left -= size;
                    return await this.ShowAsync(bus, task.Seen!.Message, result, MaxResultsBytes, cancellationToken);
                case TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired:
                    return AwaitResultResult.Ended(task.Word, task.Seen, MaxReasonsLengthOfSeveral);
                default:
                    var open = AwaitResultResult.NotYet(task.Seen!, wasClaimed: false);
                    return open with { LastNote = open.LastNote?.Shortened(), Note = null };
            }
        }
    }

    /// <summary>A task that is done, with the files of its result.</summary>
    private async Task<AwaitResultResult> ShowAsync(
        BackchannelClient bus, Message task, Message? result, int maxBytes, CancellationToken cancellationToken)
    {
        var shown = Show(task, result, maxBytes);
        return result?.Files is null || shown.Result is null
            ? shown
            : shown with { Result = shown.Result with { Files = await files.FetchAsync(bus, result, cancellationToken) } };
    }

    private static Task<Message?> ReadAsync(BackchannelClient bus, Message task, CancellationToken cancellationToken) =>
        ResultReader.ReadAsync(bus, task.Id, Acknowledger(task).Id, cancellationToken);

    /// <summary>Anybody with access can ack: the holder's word counts most.</summary>
    private static Acknowledgement Acknowledger(Message task) =>
        task.AcknowledgedBy.FirstOrDefault(ack => ack.Id == task.ClaimedBy?.Id) ?? task.AcknowledgedBy[0];

    /// <summary>A task that is done.</summary>
    private static AwaitResultResult Show(Message task, Message? result, int maxBytes)
    {
        var acknowledgement = Acknowledger(task);
        var fitted = result is null ? null : FittedMessage.Of(result, maxBytes);
        return new(
            TaskStates.Acknowledged,
            AcknowledgedBy: ShownText.Name(acknowledgement.Name),
            Result: fitted is null ? null : new(fitted.Content, fitted.Metadata, Sender.Of(result!)),
            Note: Join(
                task.ClaimedBy is { } holder && holder.Id != acknowledgement.Id
                    ? $"{ShownText.Name(acknowledgement.Name)} reported it as done while {ShownText.Name(holder.Name)} held it."
                    : null,
                fitted is null ? "It was reported as done without a result." : fitted.Note));
    }

    private static string? Join(string? first, string? second) => first is null || second is null ? first ?? second : $"{first} {second}";

    private static ToolException Gone(string id, AwaitResultArguments arguments, Message? seen) => seen is null && arguments.Channel is not null
        ? new($"Message {ShownText.Name(id)} is not on channel {ShownText.Name(arguments.Channel)}.\n"
            + "Check both, or leave channel out; if they are right it has expired or was withdrawn, and has to be posted again.")
        : new($"Task {ShownText.Name(id)} has expired or was withdrawn before anybody reported it as done.\nPost it again if it still matters.");
}

/// <param name="Until"><c>all</c> or <c>any</c> of the message_ids.</param>
internal sealed record AwaitResultArguments(
    string? MessageId = null,
    string? Channel = null,
    int? TimeoutSeconds = null,
    IReadOnlyList<string>? MessageIds = null,
    string? Until = null);
