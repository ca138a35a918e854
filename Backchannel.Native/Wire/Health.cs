namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>GET /health</c>, the one call that needs no key.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="InstanceKind">What the operator calls this instance.</param>
/// <param name="PublicMintingEnabled">Whether <c>POST /v1/keys</c> is open.</param>
internal sealed record Health(
    string Status,
    double DbLatencyMs,
    string ApiVersion,
    string InstanceKind,
    bool PublicMintingEnabled,
    string StatusUrl);
