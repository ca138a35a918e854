using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>A channel that does not exist yet: the first post creates it, and a reader or worker may ask before that.</summary>
internal static class EmptyLane
{
    public const string Advice = "Check the name; an agent with another key has to tell you the channel's id.";

    /// <param name="missing">What the bus said.</param>
    /// <exception cref="BackchannelException">The same: this is an id, and nobody can post to an id that does not exist.</exception>
    public static string Describe(string channel, BackchannelException missing) => Guid.TryParseExact(channel.Trim(), "D", out _)
        ? throw missing
        : $"Nobody has posted here yet: your key knows no channel {ShownText.Name(channel)}.";
}
