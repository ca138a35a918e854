namespace Backchannel.Native.Tools;

/// <summary>A task that was just claimed.</summary>
/// <param name="WasHeldBefore">Known to have been in the hands of another worker, who may have done part of it.</param>
internal sealed record TakenTask(HeldLease Lease, bool WasHeldBefore);
