namespace Backchannel.Native.Wire;

/// <summary>HTTP header names that the Backchannel contract gives a meaning to.</summary>
internal static class HeaderNames
{
    /// <summary>Of this bus only, on <c>GET /health</c>: what it offers beyond the contract, see <see cref="Wire.Additions"/>; separated by commas.</summary>
    public const string Additions = "X-Backchannel-Additions";

    /// <summary>Of this bus only, on <c>GET /health</c> and <c>GET /readyz</c>: <c>sqlite</c> or <c>postgresql</c>, and <c>writable</c> or <c>not writable</c>.</summary>
    public const string Database = "X-Backchannel-Database";
    public const string ApiKey = "X-API-Key";
    public const string AdminToken = "X-Admin-Token";
    /// <summary>Of this bus only, on answers that take a message: how often it has been taken, this time included; 1 at first.</summary>
    public const string Deliveries = "X-Backchannel-Deliveries";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string IdempotencySource = "X-Idempotency-Source";
    public const string IdempotentReplay = "X-Idempotent-Replay";
    public const string RateLimitLimit = "X-RateLimit-Limit";
    public const string RateLimitRemaining = "X-RateLimit-Remaining";
    public const string RateLimitWindow = "X-RateLimit-Window";
    public const string RequestId = "X-Request-Id";
    public const string RetryAfter = "Retry-After";
    public const string TraceParent = "traceparent";

    /// <summary>On webhooks with a secret: <c>sha256=</c> and the hexadecimal HMAC of the body.</summary>
    public const string WebhookSignature = "X-Backchannel-Signature";
}
