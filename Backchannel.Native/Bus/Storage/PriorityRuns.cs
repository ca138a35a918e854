using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Statements over free messages. Index messages_free has one run of ages for each priority, and a seek finds the beginning of each.</summary>
internal static class PriorityRuns
{
    /// <summary>The free messages of channel <c>?1</c> in one run, created after <c>?2</c>.</summary>
    private const string Free = "channel = ?1 AND holder IS NULL AND state = 0 AND created_at > ?2";

    /// <summary>The keys of unclaimed work, the oldest first: created before <c>?3</c>, over after <c>?4</c> and before <c>?5</c>, at most <c>?6</c>.</summary>
    public static readonly string UnclaimedKeys = Union(
        isAcked: 0, (_, run) => $"SELECT created_at FROM messages WHERE {run} AND created_at < ?3 AND +expires_at > ?4 AND +expires_at < ?5")
        + " ORDER BY 1 LIMIT ?6";

    /// <summary>The key of the best of them, done or not, over after <c>?3</c>.</summary>
    public static readonly string FreeKey = Best($"{Oldest(isAcked: 0)} UNION ALL {Oldest(isAcked: 1)}");

    private static string Oldest(int isAcked) =>
        Union(
        // SQLite seeks to the least value only where it is the one aggregate of the statement; a second one would read the whole run.
        isAcked, (priority, run) => string.Create(
            CultureInfo.InvariantCulture, $"SELECT min(created_at) AS oldest, {priority} AS priority FROM messages WHERE {run} AND +expires_at > ?3"));

    private static string Best(string runs) => $"SELECT oldest FROM ({runs}) AS runs WHERE oldest IS NOT NULL ORDER BY priority DESC, oldest LIMIT 1";

    private static string Union(int isAcked, Func<int, string, string> select) => string.Join(
        " UNION ALL ",
        Enumerable.Range(TaskLimits.MinPriority, TaskLimits.MaxPriority - TaskLimits.MinPriority + 1).Select(priority => select(
            priority, string.Create(CultureInfo.InvariantCulture, $"{Free} AND acked = {isAcked} AND priority = {priority}"))));
}
