using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/messages/{message}/finish</c>, an addition of this program's bus: how the attempt of a session ended.</summary>
/// <param name="Session">The secret of the process that holds the task.</param>
/// <param name="Outcome">One of <see cref="AttemptOutcomes"/> but <c>lease_ran_out</c>.</param>
/// <param name="Actor">Id, alias or name; absent: the key's label.</param>
/// <param name="LeaseToken">The lease under which the work was done.</param>
/// <param name="Result">With <c>acknowledged</c>: what the poster gets.</param>
/// <param name="Metadata">With <c>acknowledged</c>: a JSON object beside the result.</param>
/// <param name="Reason">With <c>failed</c>: why; at most <see cref="TaskLimits.MaxReasonBytes"/>.</param>
/// <param name="Retry">With <c>failed</c>: false ends the task; absent: another attempt, if one is left.</param>
/// <param name="RetryAfterSeconds">With <c>failed</c>: the pause before that; absent: 10 s, doubled with each attempt, at most 10 minutes.</param>
/// <param name="Files">With a result: uploaded within the hour, or read in a message; at most <see cref="Limits.MaxFiles"/>.</param>
/// <param name="ClaimKey">With <c>released</c> and <c>session_ended</c>: the idempotency key of the claim. If a request that resumed the claim got it too, the task is not given back.</param>
internal sealed record FinishRequest(
    string Session,
    string Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LeaseToken = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Metadata = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Retry = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RetryAfterSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FileReference>? Files = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClaimKey = null);

/// <summary>Body of <c>POST /v1/messages/{message}/cancel</c> and <c>…/reopen</c>.</summary>
/// <param name="Reason">Only of a cancellation; at most <see cref="TaskLimits.MaxReasonBytes"/>.</param>
/// <param name="Actor">Id, alias or name; absent: the key's label.</param>
internal sealed record LifeRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null);

/// <summary>Answer of <c>finish</c>, <c>cancel</c> and <c>reopen</c>.</summary>
/// <param name="Status">The state now, one of <see cref="TaskStates"/>; <c>already_acknowledged</c> for an ack that changed nothing.</param>
/// <param name="ResultChannel">Name and alias of the channel that holds the result, if one came along.</param>
internal sealed record LifeOutcome(
    string Status,
    Message Message,
    TaskView Task,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ResultChannel = null);

/// <summary>Answer of <c>PUT /v1/channels/{channel}/task-settings</c>.</summary>
/// <param name="MaxAttempts">Of tasks that name no maximum; null: no limit.</param>
/// <param name="WebhookEvents">Which of <see cref="TaskEventNames"/> the channel's webhook is told of.</param>
internal sealed record TaskSettings(int? MaxAttempts, IReadOnlyList<string> WebhookEvents);
