namespace Backchannel.Native.Wire;

/// <summary>What a key can be limited to.</summary>
internal static class Scopes
{
    public const string MessagesRead = "messages:read";
    public const string MessagesWrite = "messages:write";
    public const string MessagesClaim = "messages:claim";
    public const string MessagesAck = "messages:ack";
    public const string ChannelsRead = "channels:read";
    public const string ChannelsWrite = "channels:write";
    public const string ChannelsManage = "channels:manage";
}
