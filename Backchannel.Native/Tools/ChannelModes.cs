using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Refuses what a channel's mode does not serve, and names the tool that does.</summary>
internal static class ChannelModes
{
    public static void RequireClaimable(Channel channel, string instead)
    {
        if (channel.Mode == ChannelMode.Broadcast)
        {
            throw new ToolException($"Channel '{Shown(channel)}' is a broadcast channel: nothing on it can be claimed.\n{instead}");
        }
    }

    public static void RequireBroadcast(Channel channel, string instead)
    {
        if (channel.Mode == ChannelMode.Claimable)
        {
            throw new ToolException($"Channel '{Shown(channel)}' hands out tasks: each message goes to one worker only.\n{instead}");
        }
    }

    private static string Shown(Channel channel) => ShownText.Name(channel.Name) ?? channel.Id;
}
