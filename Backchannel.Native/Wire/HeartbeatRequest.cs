namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/leases/{token}/heartbeat</c>.</summary>
/// <param name="LeaseSeconds">The lease runs out this long after the answer.</param>
internal sealed record HeartbeatRequest(int LeaseSeconds);
