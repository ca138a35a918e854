using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Speaks about a task while it is not done: its worker reports and asks, its poster answers, comments and reopens.</summary>
internal sealed class UpdateTaskTool(
    BackchannelClient client, TaskNoting noting, HeldLeases held, ToldQuestions told, ToldNotes notes, Waiting waiting, TimeProvider time)
    : BackchannelTool<UpdateTaskArguments, UpdateTaskResult>(
        client, static () => ArgumentsJsonContext.Default.UpdateTaskArguments, static () => ResultsJsonContext.Default.UpdateTaskResult)
{
    private const string What = "keep notes on tasks";

    private const int MaxNoteBytes = 12_000;

    private const string Instead = "Agree on a broadcast channel, and use broadcast and subscribe there.";

    public override string Name => "update_task";

    public override string Title => "Report, ask or answer";

    public override string Description =>
        "Speak about an unfinished task. Worker: report progress, or ask its poster a question. Poster: answer, comment, reopen. "
        + "Workers get it with the next result, posters by await_result, my_tasks.";

    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    // The nearest allowed number would report something else.
    protected override IReadOnlyCollection<string> ExactParameters => ["percent"];

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "The task." },
            "note": { "type": "string", "minLength": 1, "description": "A comment; with percent a report, which replaces the last one." },
            "percent": { "type": "integer", "minimum": 0, "maximum": 100, "description": "Worker: how far, 0 to 100." },
            "question": { "type": "string", "minLength": 1, "description": "Worker: ask the poster." },
            "wait_seconds": { "type": "integer", "minimum": 0, "maximum": 3600, "default": 0, "description": "With question: wait for the answer or a note, 0 to 3600, default 0." },
            "answer": { "type": "string", "minLength": 1, "description": "Poster: to the open question." },
            "reopen": { "type": "boolean", "description": "Poster: try a failed task again." }
          },
          "required": ["message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": {},
            "message_id": {},
            "question_id": {},
            "answer": { "type": "object" },
            "notes": { "type": "array" },
            "note": {},
            "next": {}
          },
          "required": ["status", "message_id"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(UpdateTaskArguments arguments, ToolCall call) => call.IsLast
        ? "It may have been kept. await_result on the task shows its last note."
        : "It may have been kept. Call update_task again with exactly the same arguments: it then counts once.";

    protected override async Task<UpdateTaskResult> RunAsync(
        UpdateTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        RequireOneThing(arguments);
        var id = arguments.MessageId;
        try
        {
            if (arguments.Reopen is true)
            {
                await MissingAddition.RequireAsync(bus, Additions.TaskLife, "reopen tasks", "Post the task again.", cancellationToken);
                var reopened = await bus.ReopenAsync(id, noting.Name, cancellationToken);
                return WithNotes(new(reopened.Status, id, Next: $"Call await_result with message_id {id}."), reopened.Task);
            }

            await MissingAddition.RequireAsync(bus, Additions.TaskNotes, What, Instead, cancellationToken);
            if (arguments.Question is { } question)
            {
                return await AskAsync(arguments, question.Trim(), bus, call, cancellationToken);
            }

            var outcome = arguments.Answer is { } answer
                ? await noting.AddAsync(bus, id, NoteKinds.Answer, answer, null, told.Find(id), cancellationToken)
                : arguments.Percent is { } percent
                    ? await noting.AddAsHolderAsync(bus, id, NoteKinds.Progress, arguments.Note, percent, cancellationToken)
                    : await noting.AddAsync(bus, id, NoteKinds.Comment, arguments.Note, null, null, cancellationToken);
            return WithNotes(new(outcome.Task.State, id), outcome.Task, outcome.Note?.Id);
        }
        catch (BackchannelException exception) when (NoteRefusal.Explain(exception, id) is { } explained)
        {
            if (exception.Code is ErrorCodes.TaskCancelled or ErrorCodes.TaskFailed or ErrorCodes.AlreadyAcknowledged)
            {
                // This process no longer holds the task.
                held.Forget(id);
            }

            if (exception.Refusal?.OpenQuestion is { } open)
            {
                // The refusal shows it, so the next answer is meant for it.
                told.TryTell(id, open, CancellationToken.None);
            }

            throw explained;
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.NotFound)
        {
            // Another bus answers at this address now, and it has no notes.
            bus.Connection.Additions.Forget();
            throw MissingAddition.Of(bus, What, Instead);
        }
    }

    /// <summary>Asks, unless the same question has been asked before, and waits for the answer.</summary>
    private async Task<UpdateTaskResult> AskAsync(
        UpdateTaskArguments arguments, string text, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var id = arguments.MessageId;
        var state = await bus.GetMessageAsync(id, after: null, TimeSpan.Zero, cancellationToken);
        var question = state.Task?.Notes?.LastOrDefault(note => note.Kind == NoteKinds.Question && note.Text == text) is { Closed: null or QuestionEnds.Answered } asked
            ? asked
            : (await noting.AddAsHolderAsync(bus, id, NoteKinds.Question, text, null, cancellationToken)).Note!;

        // The own question is no news to this process, in case it awaits the task too.
        told.TryTell(id, question.Id, CancellationToken.None);
        await using var progress = new WaitProgress(call, "waiting for the answer", time, cancellationToken);
        long? version = null;
        var limit = WaitLimit.AllowedWait(arguments.WaitSeconds ?? 0, call);
        return await waiting.UntilAsync(call, limit, LookAsync, cancellationToken) ?? NotYet();

        UpdateTaskResult NotYet() => new(
            TaskStates.Claimed,
            id,
            question.Id,
            Next: "No answer yet. Go on with what does not need it, or call update_task again with the same question and wait_seconds: it is asked only once.");

        async Task<UpdateTaskResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            var seen = await bus.GetMessageAsync(id, version, wait, look);
            version = seen.Version;
            var now = seen.Task?.Notes?.FirstOrDefault(note => note.Id == question.Id);
            if (seen.Task?.Notes?.FirstOrDefault(note => note.Kind == NoteKinds.Answer && note.Question == question.Id) is { } answer)
            {
                return WithNotes(new(seen.Task.State, id, question.Id, ShownNote.Of(answer), Next: "Go on with the task."), seen.Task, answer.Id);
            }

            if (now is { Closed: null })
            {
                // The poster may say what helps without calling it an answer.
                return WithNotes(NotYet(), seen.Task) is { Notes: not null } noted ? noted : null;
            }

            return WithNotes(
                new(
                    seen.Task?.State ?? TaskStates.Open,
                    id,
                    question.Id,
                    Note: now?.Closed == QuestionEnds.Withdrawn
                        ? "The question was withdrawn."
                        : $"The question is closed without an answer: the task is {seen.Task?.State} now, and you no longer hold it.{Reason(seen.Task)}",
                    Next: now?.Closed == QuestionEnds.Withdrawn ? null : "Stop working on it. Call claim_task for the next one."),
                seen.Task);
        }
    }

    /// <summary>Adds what others noted on the task since the last time.</summary>
    /// <param name="known">Id of a note that the caller knows.</param>
    private UpdateTaskResult WithNotes(UpdateTaskResult result, TaskView? task, string? known = null)
    {
        var (shown, leftOut) = ShownNotes.Of(notes.TakeNew(result.MessageId, task, known), MaxNoteBytes);
        return result with { Notes = shown, Note = result.Note is null || leftOut is null ? result.Note ?? leftOut : $"{result.Note} {leftOut}" };
    }

    private static string Reason(TaskView? task) => task?.Reason is { } reason ? $" Reason: {ShownText.Clean(reason, 300)}" : "";

    private static void RequireOneThing(UpdateTaskArguments arguments)
    {
        bool[] things = [arguments.Note is not null || arguments.Percent is not null, arguments.Question is not null, arguments.Answer is not null, arguments.Reopen is true];
        if (things.Count(static thing => thing) != 1)
        {
            throw new ToolException("Say one thing a call: note (with or without percent), or question, or answer, or reopen true.");
        }

        if (arguments.WaitSeconds is > 0 && arguments.Question is null)
        {
            throw new ToolException("wait_seconds belongs to question. To wait for a task call await_result.");
        }
    }
}

internal sealed record UpdateTaskArguments(
    string MessageId,
    string? Note = null,
    int? Percent = null,
    string? Question = null,
    int? WaitSeconds = null,
    string? Answer = null,
    bool? Reopen = null);

/// <param name="Status">The state of the task, one of <see cref="TaskStates"/>.</param>
/// <param name="Answer">To the question of this call.</param>
/// <param name="Notes">Those of others that this process has not been told of, the oldest first.</param>
internal sealed record UpdateTaskResult(
    string Status,
    string MessageId,
    string? QuestionId = null,
    ShownNote? Answer = null,
    IReadOnlyList<ShownNote>? Notes = null,
    string? Note = null,
    string? Next = null);
