using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>A statement over free messages. Index messages_free has one run of ages for each priority, and a seek finds the beginning of each.</summary>
internal static class PriorityRuns
{
    /// <summary>The keys of unclaimed work in channel <c>?1</c>, the oldest first: created after <c>?2</c> and before <c>?3</c>, over after <c>?4</c> and before <c>?5</c>, at most <c>?6</c>.</summary>
    public static readonly string UnclaimedKeys = string.Join(
        " UNION ALL ", Enumerable.Range(TaskLimits.MinPriority, TaskLimits.MaxPriority - TaskLimits.MinPriority + 1).Select(Run)) + " ORDER BY 1 LIMIT ?6";

    // Each is bounded by itself: PostgreSQL would read and sort all of them to find the first.
    private static string Run(int priority) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT created_at FROM (SELECT created_at FROM messages
            WHERE channel = ?1 AND holder IS NULL AND state = 0 AND created_at > ?2 AND acked = 0 AND priority = {priority}
                AND created_at < ?3 AND +expires_at > ?4 AND +expires_at < ?5 ORDER BY created_at LIMIT ?6) AS run{priority}
        """);
}
