using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>How long a call may wait.</summary>
internal static class WaitLimit
{
    /// <summary>Most clients give up after 60 s, unless progress arrives; and progress can go only to those that sent a token.</summary>
    private static readonly TimeSpan WithoutProgress = TimeSpan.FromSeconds(50);

    public static TimeSpan For(int seconds, ToolCall call)
    {
        var asked = TimeSpan.FromSeconds(seconds);
        return call.CanReportProgress || asked < WithoutProgress ? asked : WithoutProgress;
    }

    /// <returns>Null: the limit is what was asked for.</returns>
    public static string? Explain(TimeSpan asked, TimeSpan limit) => limit < asked
        ? $"The wait ended after {limit.TotalSeconds:0} s: your client takes no progress messages and would give up on a longer one."
        : null;
}
