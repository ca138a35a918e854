namespace Backchannel.Native.Tools;

/// <summary>Result of <c>post_task</c> and <c>broadcast</c>.</summary>
/// <param name="Channel">Id of the channel, which agents with another key can use too.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record PostResult(
    string Channel, string MessageId, string CreatedAt, string ExpiresAt, string? Owner = null, string? Next = null);
