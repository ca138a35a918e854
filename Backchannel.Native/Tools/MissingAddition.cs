using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>What to say where the bus lacks something that our own bus offers.</summary>
internal static class MissingAddition
{
    /// <summary>Why the bus cannot do it, within a sentence.</summary>
    public static string Why(BackchannelClient bus) => bus.Connection.IsLocal
        ? "an older release of backchannel-mcp runs it; 'backchannel-mcp stop' ends that, and the next call starts this release"
        : "it is no backchannel-mcp, or an older release";
}
