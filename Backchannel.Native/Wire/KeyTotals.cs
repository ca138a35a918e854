namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>GET /v1/observability/metrics</c>: what a key's owner has on the bus.</summary>
internal sealed record KeyTotals(
    string KeyId, long ChannelsOwned, long MessagesInOwnedChannels, long MessagesClaimedInOwnedChannels, long ActiveSessions);
