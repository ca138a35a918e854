using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Statements over free messages. Index messages_free has one run of ages for each priority, and a seek finds the beginning of each.</summary>
internal static class PriorityRuns
{
    /// <summary>The keys of unclaimed work in channel <c>?1</c>: created after <c>?2</c> and before <c>?3</c>, over after <c>?4</c> and before <c>?5</c>, the <c>?6</c> oldest of each priority.</summary>
    public static readonly string UnclaimedKeys = OfEach(Run);

    /// <summary>When the oldest work was created that a claim can take in channel <c>?1</c>, over after <c>?2</c>; null for none.</summary>
    /// <remarks>Takes a small part of the time of <see cref="UnclaimedKeys"/>, for which a table is made of each run.</remarks>
    public static readonly string OldestUnclaimed = $"SELECT min(created_at) FROM ({OfEach(Oldest)}) AS ages";

    private static string OfEach(Func<int, string> run) =>
        string.Join(" UNION ALL ", Enumerable.Range(TaskLimits.MinPriority, TaskLimits.MaxPriority - TaskLimits.MinPriority + 1).Select(run));

    // Each is bounded by itself: otherwise an engine may read and sort all of them to find the first.
    private static string Run(int priority) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT created_at FROM (SELECT created_at FROM messages
            WHERE channel = ?1 AND holder IS NULL AND state = 0 AND created_at > ?2 AND acked = 0 AND priority = {priority}
                AND created_at < ?3 AND +expires_at > ?4 AND +expires_at < ?5 ORDER BY created_at LIMIT ?6) AS run{priority}
        """);

    private static string Oldest(int priority) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT (SELECT created_at FROM messages
            WHERE channel = ?1 AND holder IS NULL AND state = 0 AND acked = 0 AND priority = {priority} AND +expires_at > ?2
            ORDER BY created_at LIMIT 1) AS created_at
        """);
}
