namespace Backchannel.Native.Wire;

/// <summary>Answer to a heartbeat.</summary>
/// <param name="LeaseToken">The token that was renewed.</param>
/// <param name="ExpiresAt">When the lease now runs out, a <see cref="Timestamp"/>.</param>
/// <remarks>On the reference server a 200 does not prove that the caller still holds the message.</remarks>
internal sealed record Lease(string LeaseToken, string ExpiresAt);
