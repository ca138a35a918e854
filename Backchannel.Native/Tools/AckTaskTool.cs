using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Reports a task as done with its result, in one step or the result first, so that whoever sees the ack finds the result.</summary>
internal sealed class AckTaskTool(
    BackchannelClient client, ClaimCheck claim, ResultPublisher results, HeldLeases held, FileSending files, NextClaims nexts)
    : BackchannelTool<AckTaskArguments, AckTaskResult>(
        client, static () => ArgumentsJsonContext.Default.AckTaskArguments, static () => ResultsJsonContext.Default.AckTaskResult)
{
    /// <summary>Attempts to ack while the lease keeps getting lost between the check of the claim and the ack.</summary>
    private const int MaxAttempts = 3;

    /// <summary>Of why there is no next task.</summary>
    private const int MaxFaultLength = 300;

    public override string Name => "ack_task";

    public override string Title => "Report a task as done";

    public override string Description =>
        "Report a claimed task as done, with its result, which await_result gives to the poster. A repetition counts once.";

    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "message_id": { "type": "string", "minLength": 1, "description": "From claim_task." },
            "actor": { "type": "string", "minLength": 1, "description": "Default: whoever claimed it here." },
            "result": { "type": "string", "minLength": 1, "description": "What the poster should get; at most 10,000 bytes." },
            "metadata": { "type": "object", "description": "Sent along with the result." },
            "files": { "type": "array", "items": { "type": "string" }, "maxItems": 10, "description": "Paths of files for the poster, in your working folder or workspace; with a result." },
            "next": { "type": "boolean", "description": "Also claim your next task." }
          },
          "required": ["message_id"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["acknowledged", "already_acknowledged"] },
            "message_id": {},
            "result_channel": {},
            "note": {},
            "next": {}
          },
          "required": ["status", "message_id"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(AckTaskArguments arguments, ToolCall call) =>
        "The ack may have been kept. Call ack_task again with exactly the same arguments: it then counts once, and the result is published once.";

    protected override async Task<AckTaskResult> RunAsync(
        AckTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        // A host may send a call again before the first is answered. One of the two claims.
        using var turn = arguments.Next is true ? nexts.Begin(arguments.MessageId) : null;
        try
        {
            return await AcknowledgeAsync(arguments, turn is not null, await PrepareAsync(arguments, bus, call, cancellationToken), bus, call, cancellationToken);
        }
        catch (BackchannelException exception) when (TaskEnding.Explain(exception, arguments.MessageId, EndingKind.Ack) is { } explained)
        {
            // In all these cases this process no longer holds the task.
            held.Forget(arguments.MessageId);
            throw explained;
        }
    }

    private Task<IReadOnlyList<FileReference>?> PrepareAsync(
        AckTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken) =>
        arguments is { Files.Count: > 0, Result: null }
            ? throw new ToolException("files came without a result. Nothing was reported.\nCall again with a result that says what the files are.")
            : files.PrepareAsync(bus, arguments.Files, call, cancellationToken);

    private async Task<AckTaskResult> AcknowledgeAsync(
        AckTaskArguments arguments, bool claimsNext, IReadOnlyList<FileReference>? sent, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var additions = bus.Connection.Additions;
        NextOrder? order = null;
        string? channel = null;
        for (var attempt = 1; ; attempt++)
        {
            var worker = await claim.ConfirmAsync(bus, arguments.MessageId, arguments.Actor, channel is not null, cancellationToken);
            order = claimsNext ? nexts.After(arguments.MessageId) : null;
            try
            {
                if (order is not null && await FinishWithNextAsync(worker, order) is { } both)
                {
                    held.Forget(arguments.MessageId);
                    return new(both.Ack.Status, arguments.MessageId, both.Ack.ResultChannel, Next: both.Next);
                }

                if (await FinishAsync(worker) is { } finished)
                {
                    held.Forget(arguments.MessageId);
                    return await WithNextAsync(AckTaskResult.Of(
                        new(finished.Status, finished.Message), arguments.MessageId, finished.ResultChannel));
                }

                if (sent is not null)
                {
                    throw new ToolException(
                        $"Nothing was reported: files go with the result of a task that this process holds, on a bus that takes them with it.\nCall again without files.");
                }

                var looksAtLeases = await additions.OfferAsync(Additions.LeasedAck, cancellationToken);
                var takesResult = await additions.OfferAsync(Additions.AckWithResult, cancellationToken);
                if (!takesResult)
                {
                    channel = await PublishAsync(worker);
                }

                var outcome = await bus.AcknowledgeAsync(
                    arguments.MessageId,
                    worker.Address,
                    arguments.Metadata,
                    looksAtLeases ? worker.LeaseToken : null,
                    takesResult ? arguments.Result : null,
                    worker.Session,
                    cancellationToken);
                held.Forget(arguments.MessageId);
                if (takesResult && outcome.ResultChannel is null && arguments.Result is not null)
                {
                    // Another bus has replaced the one that offered to take the result, for example a local bus started by an older release.
                    additions.Forget();
                    channel = await PublishAsync(worker);
                }

                if (outcome.Status == ClaimStatus.AlreadyAcknowledged && worker.Session is null)
                {
                    await RequireSameResultAsync(bus, outcome.Message, worker, arguments, cancellationToken);
                }

                return await WithNextAsync(AckTaskResult.Of(outcome, arguments.MessageId, outcome.ResultChannel ?? channel));
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.LeaseExpired && attempt < MaxAttempts)
            {
                // The lease was lost after the check, for example while the machine slept. The next check claims the task again, or reports who has it.
            }
        }

        Task<AckedWithNext?> FinishWithNextAsync(Worker worker, NextOrder order)
        {
            var ack = new AckBeforeClaim(arguments.MessageId, worker.LeaseToken, arguments.Result, arguments.Metadata, sent);
            return SettleAsync(bus => nexts.WithAckAsync(bus, order, worker, ack, call, cancellationToken));
        }

        Task<LifeOutcome?> FinishAsync(Worker worker) => SettleAsync(bus => TryFinishAsync(bus, worker, arguments, sent, cancellationToken));

        Task<T> SettleAsync<T>(Func<BackchannelClient, Task<T>> request) => held.Spans is { } spans
            ? spans.SettleAsync(bus, arguments.MessageId, AttemptOutcomes.Acknowledged, request)
            : request(bus);

        async Task<AckTaskResult> WithNextAsync(AckTaskResult acknowledged)
        {
            if (arguments.Next is not true)
            {
                return acknowledged;
            }

            if (order is null)
            {
                return acknowledged.WithNote("No next task was claimed, because this session no longer held this one, or another call claims the next one. my_tasks shows what it holds; claim_task gets another task.");
            }

            try
            {
                return acknowledged with { Next = await nexts.ClaimAsync(bus, order, arguments.MessageId, call, cancellationToken) };
            }
            catch (BackchannelException fault)
            {
                // The ack is kept, so the call has not failed.
                return acknowledged.WithNote($"No next task was claimed: {ShownText.Clean(fault.Message, MaxFaultLength)} Call claim_task.");
            }
        }

        async Task<string?> PublishAsync(Worker worker) => arguments.Result is { } result
            ? await results.PublishAsync(bus, arguments.MessageId, worker.Actor, result, arguments.Metadata, cancellationToken)
            : null;
    }

    /// <returns>Null: the bus offers no such request, or the message needs no holder.</returns>
    private static async Task<LifeOutcome?> TryFinishAsync(
        BackchannelClient bus, Worker worker, AckTaskArguments arguments, IReadOnlyList<FileReference>? sent, CancellationToken cancellationToken)
    {
        // A repetition finds no lease any more. Only this request takes files, so it says whether they were reported before.
        if (worker.Session is not { } session || (worker.LeaseToken is null && sent is null))
        {
            return null;
        }

        var request = new FinishRequest(
            session.Secret, AttemptOutcomes.Acknowledged, worker.Address, worker.LeaseToken, arguments.Result, arguments.Metadata, Files: sent);
        return await bus.Connection.Additions.UseAsync(
            Additions.TaskLife, () => bus.FinishAsync(arguments.MessageId, request, cancellationToken), cancellationToken);
    }

    /// <summary>A bus without sessions says yes to every repetition and keeps the first result.</summary>
    private static async Task RequireSameResultAsync(
        BackchannelClient bus, Message task, Worker worker, AckTaskArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Result is not { } result || task.AcknowledgedBy is not [var first, ..])
        {
            return;
        }

        var own = task.AcknowledgedBy.FirstOrDefault(ack => ack.Id == worker.Actor?.Id) ?? first;
        var stands = await ResultReader.ReadAsync(bus, task.Id, own.Id, cancellationToken);
        if (stands is not null && stands.Content != result.Trim())
        {
            throw new ToolException(TaskEnding.Done(task.Id, ShownText.Name(own.Name), own.OccurredAt, EndingKind.Ack));
        }
    }
}

internal sealed record AckTaskArguments(
    string MessageId, string? Actor = null, string? Result = null, JsonElement? Metadata = null, IReadOnlyList<string>? Files = null, bool? Next = null);

/// <param name="ResultChannel">Name and alias of the channel that holds the result, if one was given.</param>
/// <param name="Note">What stands, when the task was done before; why there is no next task, where one was to be claimed and could not be.</param>
/// <param name="Next">The next task, as <c>claim_task</c> gives it, if it was asked for.</param>
internal sealed record AckTaskResult(string Status, string MessageId, string? ResultChannel = null, string? Note = null, ClaimTaskResult? Next = null)
{
    public AckTaskResult WithNote(string note) => this with { Note = Note is null ? note : $"{Note} {note}" };

    public static AckTaskResult Of(ClaimOutcome outcome, string messageId, string? channel) => new(
        outcome.Status,
        messageId,
        channel,
        outcome.Status == ClaimStatus.AlreadyAcknowledged && outcome.Message.AcknowledgedBy is [var first, ..]
            ? $"It was done before: {ShownText.Name(first.Name)} acknowledged it at {first.OccurredAt}. "
                + $"{(channel is null ? "This changed nothing" : "The result that you gave is the one that stands")}; go on with the next task."
            : null);
}
