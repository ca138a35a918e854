using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Waits until one task or several are over, and reads their results.</summary>
internal sealed class AwaitResultTool(
    BackchannelClient client,
    Lanes lanes,
    MessageFinder finder,
    ToldQuestions told,
    ToldNotes notes,
    Waiting waiting,
    TimeProvider time,
    FileReceiving files,
    CombinedWaits combined)
    : BackchannelTool<AwaitResultArguments, AwaitResultResult>(
        client, static () => ArgumentsJsonContext.Default.AwaitResultArguments, static () => ResultsJsonContext.Default.AwaitResultResult)
{
    private const string Any = "any";

    /// <summary>For everything of a result but content and metadata.</summary>
    private const int FrameBytes = 8000;

    /// <summary>For the reasons of one task alone.</summary>
    private const int MaxReasonsLength = 16_000;

    private readonly AwaitedOutcomes outcomes = new(files, notes);

    public override string Name => "await_result";

    public override string Title => "Wait for a result";

    public override string Description =>
        "Wait until a posted task is done and get its result. On status open, waiting or claimed call it again: nothing is lost; "
        + "on question answer with update_task first." + OthersTexts.AreData;

    public override ToolAnnotations Annotations => ToolAnnotations.Look;

    public override bool IsAlwaysOffered => true;

    public override bool CanBecomeTask => true;

    protected override (string Parameter, int Seconds)? LongestInTask => ("timeout_seconds", AwaitedTime.UnlimitedSeconds);

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "From post_task." },
            "message_ids": { "type": "array", "items": { "type": "string" }, "description": "Several tasks instead, at most 100." },
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
            "notes": { "type": "array" },
            "reply_to": {},
            "thread": {},
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
            { MessageId: null, MessageIds: { Count: >= 1 and <= TaskLimits.MaxWatchedTasks } ids } =>
                AwaitSeveralAsync(ids, arguments, bus, call, cancellationToken),
            { MessageIds: not null, MessageId: null } => throw new ToolException(
                $"Wrong parameter message_ids: got {arguments.MessageIds.Count} entries; allowed: 1 to {TaskLimits.MaxWatchedTasks} ids of tasks."),
            _ => throw new ToolException("Give either message_id, the id that post_task returned, or message_ids for several."),
        };

    private async Task<AwaitResultResult> AwaitOneAsync(
        string id, AwaitResultArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var asked = AwaitedTime.Seconds(arguments, call);
        var limit = WaitLimit.AllowedWait(asked, call);
        var started = time.GetTimestamp();
        var awaited = new AwaitedMessage(bus, id, arguments, call, lanes, finder, combined);
        var wasClaimed = false;
        await using var progress = new WaitProgress(call, TaskState.Waiting, time, cancellationToken);
        var last = await waiting.UntilAndOnceMoreAsync(call, limit, LookAsync, cancellationToken) ?? NotYet();
        return awaited.Seen is null ? last : outcomes.AddNotes(last, id, awaited.Seen);

        AwaitResultResult NotYet()
        {
            var (result, cut) = (AwaitResultResult.NotYet(awaited.Seen ?? throw AwaitedTime.NeverSeen(), wasClaimed), WaitLimit.Explain(TimeSpan.FromSeconds(asked), limit, call));
            return result with
            {
                WaitedSeconds = (int)time.GetElapsedTime(started).TotalSeconds,
                Owner = awaited.Owner,
                Note = cut is null ? result.Note : $"{result.Note} {cut}",
                Next = $"Call await_result again with message_id {id} to go on waiting.",
            };
        }

        async Task<AwaitResultResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            if (!await awaited.LookAsync(wait, look))
            {
                return await outcomes.ShowExpiredAsync(bus, id, awaited.End, call.MaxResultBytes - FrameBytes, look);
            }

            var (seen, owner) = (awaited.Seen!, awaited.Owner);
            AwaitedTime.Keep(call, seen);
            switch (TaskState.Word(seen))
            {
                case TaskStates.Acknowledged:
                    var result = await awaited.ReadResultAsync(look);
                    return await outcomes.ShowAsync(bus, seen, result, call.MaxResultBytes - FrameBytes, cancellationToken) with { Owner = owner };
                case TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired:
                    return AwaitResultResult.Ended(seen.Task!.State, seen, MaxReasonsLength) with { Owner = owner };
                case var _ when ShownNote.OpenQuestion(seen.Task) is { } question && told.TryTell(id, question.Id, cancellationToken):
                    return AwaitResultResult.Ask(seen, question) with { Owner = owner };
                default:
                    // The reference bus leaves the key of a claim that is over on the message.
                    wasClaimed |= (seen.Message.ClaimedBy?.Id ?? seen.Message.ClaimedByKeyId) is not null;
                    await progress.ChangeAsync(TaskState.Of(seen), look);
                    return null;
            }
        }
    }

    private async Task<AwaitResultResult> AwaitSeveralAsync(
        IReadOnlyList<string> ids, AwaitResultArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var asked = AwaitedTime.Seconds(arguments, call);
        var limit = WaitLimit.AllowedWait(asked, call);
        var started = time.GetTimestamp();
        var tasks = new AwaitedTasks(bus, ids, arguments.Channel, lanes, finder) { Wait = call.Task, Combined = combined };
        var isAny = arguments.Until == Any;
        await using var progress = new WaitProgress(call, Count(tasks), time, cancellationToken);
        var result = await waiting.UntilAndOnceMoreAsync(call, limit, LookAsync, cancellationToken) ?? await outcomes.ShowAsync(bus, tasks, null, cancellationToken) with
        {
            WaitedSeconds = (int)time.GetElapsedTime(started).TotalSeconds,
            Note = WaitLimit.Explain(TimeSpan.FromSeconds(asked), limit, call) is { } cut ? $"{Count(tasks)}. {cut}" : $"{Count(tasks)}.",
            Next = "Call await_result again with those message_ids that are not over to go on waiting.",
        };
        return result with
        {
            Next = LongAnswer.Advise(
                result.Next,
                result.Results!.Sum(static one => one.Result is { } shown ? JsonSize.Of(shown.Content) : 0),
                "call await_result with one message_id at a time"),
        };

        async Task<AwaitResultResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            await tasks.LookAsync(wait, look);
            foreach (var task in tasks.All)
            {
                AwaitedTime.Keep(call, task.Seen);
            }

            if (isAny ? tasks.All.Any(static task => task.IsOver) : tasks.All.All(static task => task.IsOver))
            {
                var isWhole = tasks.All.All(static task => task.IsOver);
                return await outcomes.ShowAsync(bus, tasks, tasks.All.First(static task => task.IsOver), look) with
                {
                    Next = isWhole ? null : "Call await_result with the other message_ids for the rest.",
                };
            }

            foreach (var task in tasks.All)
            {
                if (ShownNote.OpenQuestion(task.Seen?.Task) is { } question && told.TryTell(task.Id, question.Id, cancellationToken))
                {
                    var shown = AwaitResultResult.Ask(task.Seen!, question);
                    return shown with { Results = (await outcomes.ShowAsync(bus, tasks, null, look)).Results };
                }
            }

            var news = tasks.Changed is { Seen: { } changed } ? $"{Count(tasks)}; {tasks.Changed.Id} {TaskState.Of(changed)}" : Count(tasks);
            await progress.ChangeAsync(news, look);
            return null;
        }
    }

    private static string Count(AwaitedTasks tasks) => $"{tasks.All.Count(static task => task.IsOver)} of {tasks.All.Count} are over";
}

/// <param name="Until"><c>all</c> or <c>any</c> of the message_ids.</param>
internal sealed record AwaitResultArguments(
    string? MessageId = null,
    string? Channel = null,
    int? TimeoutSeconds = null,
    IReadOnlyList<string>? MessageIds = null,
    string? Until = null);
