namespace Backchannel.Native.Wire;

/// <summary>Limits and defaults of a task's life, an addition of this program's bus.</summary>
internal static class TaskLimits
{
    public const int MinPriority = 1;
    public const int DefaultPriority = 5;
    public const int MaxPriority = 9;

    /// <summary>A week.</summary>
    public const int MaxDelaySeconds = 604_800;

    /// <summary>Most tasks that one task may depend on.</summary>
    public const int MaxPrerequisites = 100;

    public const int MaxAttempts = 100;

    /// <summary>Longest reason of a failure or a cancellation in bytes of JSON.</summary>
    public const int MaxReasonBytes = 4_000;

    /// <summary>Longest pause before the next attempt that a failure may ask for: a week.</summary>
    public const int MaxRetrySeconds = 604_800;

    /// <summary>Longest note in bytes of JSON.</summary>
    public const int MaxNoteBytes = 4_000;

    /// <summary>Most questions, answers and comments of one task.</summary>
    public const int MaxNotes = 200;

    /// <summary>Bytes of JSON that the notes of one task may have in an answer, and as many its attempts; the newest are shown. A client reads 4 MiB of an answer.</summary>
    public const int MaxShownBytes = 512 * 1024;

    /// <summary>Most tasks that one request waits for.</summary>
    public const int MaxWatchedTasks = 100;

    /// <summary>Most entries of each list of <c>tasks/mine</c>.</summary>
    public const int MaxOwnTasks = 50;

    /// <summary>Most workers of each kind that <c>tasks/mine</c> names on one channel.</summary>
    public const int MaxLaneWorkers = 10;
}
