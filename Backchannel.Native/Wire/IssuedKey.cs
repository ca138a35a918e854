namespace Backchannel.Native.Wire;

/// <summary>A key that was just minted; the raw key is shown only here.</summary>
/// <param name="Key">The secret: key id, a dot, 32 characters.</param>
/// <param name="KeyId"><c>bck_</c> and 12 characters; no secret.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="RateLimit">Requests per window; 0 means unlimited.</param>
internal sealed record IssuedKey(
    string Key,
    string KeyId,
    string? ExpiresAt,
    string AgentLabel,
    int RateLimit,
    int RateLimitWindowSeconds);
