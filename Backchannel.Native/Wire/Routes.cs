namespace Backchannel.Native.Wire;

/// <summary>Paths of the Backchannel v1 HTTP API, relative to the base URL.</summary>
/// <remarks>Ids, names and cursors are percent-encoded here; the reference server decodes a path once, as Latin-1.</remarks>
internal static class Routes
{
    public const string Health = "/health";
    public const string Keys = "/v1/keys";
    public const string OwnKey = "/v1/keys/me";
    public const string OwnKeyScopes = "/v1/keys/me/scopes";
    public const string Leases = "/v1/leases";
    public const string Channels = "/v1/channels";
    public const string Presence = "/v1/presence";

    public static string Channel(string channel) => $"{Channels}/{Escape(channel)}";

    public static string ChannelAliases(string channel) => $"{Channel(channel)}/aliases";

    public static string ChannelMessages(string channel) => $"{Channel(channel)}/messages";

    public static string AccessRequests(string channel) => $"{Channel(channel)}/access-requests";

    public static string Message(string messageId) => $"/v1/messages/{Escape(messageId)}";

    public static string Claim(string messageId) => $"{Message(messageId)}/claim";

    public static string ClaimWithLease(string messageId) => $"{Message(messageId)}/claim-with-lease";

    public static string TakeOver(string messageId) => $"{Message(messageId)}/take-over";

    public static string Release(string messageId) => $"{Message(messageId)}/release";

    public static string Ack(string messageId) => $"{Message(messageId)}/ack";

    public static string Heartbeat(string leaseToken) => $"{Leases}/{Escape(leaseToken)}/heartbeat";

    private static string Escape(string segment) => Uri.EscapeDataString(segment);
}
