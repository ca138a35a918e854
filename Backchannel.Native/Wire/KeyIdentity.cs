namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>GET /v1/keys/me</c>.</summary>
/// <param name="OwnerId">The key's label.</param>
/// <param name="Scopes">Null: everything is allowed.</param>
internal sealed record KeyIdentity(
    string KeyId,
    string OwnerId,
    string Plan,
    bool Active,
    IReadOnlyList<string>? Scopes,
    int RateLimit,
    int RateLimitWindowSeconds);
