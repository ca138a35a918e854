using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>Which names a bus can find again by a path.</summary>
internal static class ChannelName
{
    /// <summary>The name as the bus stores it: without the white space around it.</summary>
    /// <param name="readsPathsAsUtf8">False: the bus reads paths as Latin-1, so nothing outside ASCII arrives as it was meant.</param>
    /// <exception cref="BackchannelException"><see cref="FaultCodes.UnaddressableName"/>: what is wrong with it and what is allowed.</exception>
    /// <remarks>A name that cannot be looked up would become another channel at every post.</remarks>
    public static string Check(string name, bool readsPathsAsUtf8)
    {
        var trimmed = name.Trim();
        return trimmed switch
        {
            "" => throw Refused("a channel name must not be blank"),

            // The URI class removes dot segments from a path.
            "." or ".." => throw Refused("a channel name must not consist of dots alone"),
            { Length: > Limits.MaxChannelNameLength } =>
                throw Refused($"the channel name has {trimmed.Length} characters; the limit is {Limits.MaxChannelNameLength}"),
            _ when trimmed.Contains('/') => throw Refused("a channel name must not contain '/'"),
            _ when trimmed.Any(char.IsControl) => throw Refused("a channel name must not contain control characters"),
            _ when !readsPathsAsUtf8 && trimmed.Any(static c => c > '~') =>
                throw Refused("this bus finds no channel by a name outside ASCII"),
            _ => trimmed,
        };
    }

    /// <summary>What is wrong with a name on every bus; null: nothing.</summary>
    public static string? FaultOf(string name)
    {
        try
        {
            Check(name, readsPathsAsUtf8: true);
            return null;
        }
        catch (BackchannelException exception)
        {
            return exception.Message;
        }
    }

    private static BackchannelException Refused(string what) =>
        new($"{what}; use letters, digits, spaces and any of - _ . : like in 'build-queue'") { Code = FaultCodes.UnaddressableName };
}
