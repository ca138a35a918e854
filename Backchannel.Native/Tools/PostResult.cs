namespace Backchannel.Native.Tools;

/// <summary>Result of <c>post_task</c> and <c>broadcast</c>.</summary>
/// <param name="Channel">Id of the channel, which agents with another key can use too.</param>
/// <param name="Status">State of a task that is not open from the start, one of <see cref="Wire.TaskStates"/>.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record PostResult(
    string Channel,
    string MessageId,
    string CreatedAt,
    string ExpiresAt,
    string? Status = null,
    string? Owner = null,
    string? Next = null);
