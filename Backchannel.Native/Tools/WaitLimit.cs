using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>How long a call may wait.</summary>
internal static class WaitLimit
{
    /// <summary>Most clients give up after 60 s unless progress messages arrive, and those need a progress token in the request.</summary>
    private static readonly TimeSpan WithoutProgress = TimeSpan.FromSeconds(50);

    /// <summary>Longest wait for a task, or for a message, that goes on as a task, in seconds.</summary>
    /// <remarks>Less than a day: for so long a bus knows which claim an idempotency key got.</remarks>
    public const int LongestInTask = 23 * 3600;

    /// <param name="seconds">The wait that the caller asked for.</param>
    public static TimeSpan AllowedWait(int seconds, ToolCall call)
    {
        var asked = TimeSpan.FromSeconds(seconds);
        return call.Task?.LeftOf(asked) ?? (call.CanReportProgress || asked < WithoutProgress ? asked : WithoutProgress);
    }

    /// <summary>The wait that is meant where the longest allowed one was asked for: in a task it goes on as long as it takes.</summary>
    public static int Extend(int seconds, int longest, ToolCall call) => call.Task is not null && seconds == longest ? LongestInTask : seconds;

    /// <returns>Null: the limit is what was asked for.</returns>
    public static string? Explain(TimeSpan asked, TimeSpan limit, ToolCall call) => call.Task is null && limit < asked
        ? $"The wait ended after {limit.TotalSeconds:0} s: your client takes no progress messages and would give up on a longer one."
        : null;
}
