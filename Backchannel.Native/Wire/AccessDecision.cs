namespace Backchannel.Native.Wire;

/// <summary>Answer to approving or denying an access request.</summary>
/// <param name="Status"><c>approved</c> or <c>denied</c>.</param>
internal sealed record AccessDecision(string Status, string RequestId, string RequesterKeyId);
