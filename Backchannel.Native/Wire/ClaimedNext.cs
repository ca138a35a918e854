using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>POST /v1/tasks/claim-next</c>.</summary>
/// <param name="Message">The task with its new holder; null: no task was open, and everything but <paramref name="Paused"/> is absent.</param>
/// <param name="Task">What is known of its life: the attempts so far among it.</param>
/// <param name="Prerequisites">Of a task that depends on others: what those brought.</param>
/// <param name="Traceparent">See <see cref="Additions.TaskTraces"/>.</param>
/// <param name="Paused">Only where nothing was open: ids of those of the channels that are paused, so that nothing can be posted to them.</param>
/// <param name="Acknowledged">Of the ack that the request brought along: its answer; also where no task was open.</param>
internal sealed record ClaimedNext(
    Message? Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClaimLease? Lease = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskView? Task = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PrerequisiteResult>? Prerequisites = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Paused = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Traceparent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClaimOutcome? Acknowledged = null)
{
    /// <summary>How often the message has been taken, this time included. Comes as the header <see cref="HeaderNames.Deliveries"/>, not in the body.</summary>
    [JsonIgnore]
    public int? Deliveries { get; init; }
}

/// <summary>The lease under which a task was given.</summary>
/// <param name="LeaseToken">UUID; whoever knows it can renew the lease.</param>
/// <param name="LeaseExpiresAt">When it runs out, a <see cref="Timestamp"/>.</param>
internal sealed record ClaimLease(string LeaseToken, string LeaseExpiresAt);
