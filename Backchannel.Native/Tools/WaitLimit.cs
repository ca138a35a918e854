using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>How long a call may wait.</summary>
internal static class WaitLimit
{
    /// <summary>Most clients give up after 60 s unless progress messages arrive, and those need a progress token in the request.</summary>
    private static readonly TimeSpan WithoutProgress = TimeSpan.FromSeconds(50);

    /// <param name="seconds">The wait that the caller asked for.</param>
    public static TimeSpan AllowedWait(int seconds, ToolCall call)
    {
        var asked = TimeSpan.FromSeconds(seconds);
        return call.CanReportProgress || asked < WithoutProgress ? asked : WithoutProgress;
    }

    /// <returns>Null: the limit is what was asked for.</returns>
    public static string? Explain(TimeSpan asked, TimeSpan limit) => limit < asked
        ? $"The wait ended after {limit.TotalSeconds:0} s: your client takes no progress messages and would give up on a longer one."
        : null;
}
