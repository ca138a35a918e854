namespace Backchannel.Native.Client;

/// <summary>The key that a search found.</summary>
/// <param name="IsNew">Whether the bus has just issued it; no request has carried it yet.</param>
/// <param name="OriginKnown">Whether it is recorded that the key belongs to this bus.</param>
internal sealed record FoundKey(ApiKey Key, bool IsNew, bool OriginKnown);
