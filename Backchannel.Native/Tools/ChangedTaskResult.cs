using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Result of <c>fail_task</c>, <c>release_task</c> and <c>cancel_task</c>.</summary>
/// <param name="Status">How the task stands now: one of <see cref="TaskStates"/> or <see cref="ClaimStatus"/>.</param>
/// <param name="Note">What stands, where this call changed nothing, or what else there is to know.</param>
internal sealed record ChangedTaskResult(string Status, string MessageId, string? Note = null);
