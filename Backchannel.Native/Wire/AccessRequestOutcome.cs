namespace Backchannel.Native.Wire;

/// <summary>Answer to an access request.</summary>
/// <param name="Status">One of <see cref="AccessStatus"/>.</param>
/// <param name="RequestId">The access request, when it is pending.</param>
internal sealed record AccessRequestOutcome(string Status, string? RequestId = null, string? Note = null);
