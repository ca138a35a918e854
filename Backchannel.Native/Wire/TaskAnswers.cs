using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>POST /v1/tasks/post</c>.</summary>
/// <param name="Channel">Id of the channel that was made for it.</param>
internal sealed record PostedTask(Message Message, string Channel, string NextCursor);

/// <summary>Answer to <c>POST /v1/tasks/post-with-result</c>.</summary>
internal sealed record PostedTaskWithResult(Message Message, string Channel, string ResultChannel, string ResultUrl);

/// <summary>Answer to <c>POST /v1/tasks/claim</c> that found a message.</summary>
/// <param name="Traceparent">See <see cref="Additions.TaskTraces"/>.</param>
internal sealed record ClaimedTask(
    Message Claimed, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Traceparent = null);

/// <summary>Answer to <c>POST /v1/tasks/create-claimable-session</c>.</summary>
internal sealed record ClaimableSession(Channel Channel, Invitation Invitation);
