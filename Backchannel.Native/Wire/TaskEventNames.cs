namespace Backchannel.Native.Wire;

/// <summary>What happens to tasks, as a channel's webhook can be told and as <c>/metrics</c> counts it.</summary>
internal static class TaskEventNames
{
    public const string Acknowledged = "task.acknowledged";
    public const string Failed = "task.failed";
    public const string Cancelled = "task.cancelled";
    public const string Reopened = "task.reopened";
    public const string Question = "task.question";

    public static readonly IReadOnlyList<string> All = [Acknowledged, Failed, Cancelled, Reopened, Question];
}
