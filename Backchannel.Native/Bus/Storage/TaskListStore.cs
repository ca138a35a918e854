using System.Globalization;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Lists of a channel's messages for people, the newest first.</summary>
/// <remarks>Each list walks an index from its newest end, so that its cost does not grow with what the channel holds.</remarks>
internal sealed class TaskListStore(ISqlConnection connection)
{
    /// <summary>Tasks that a key posted, looked at for stuck ones.</summary>
    private const int MostPosted = 500;

    private const string Bounds = "channel = ?1 AND created_at < ?2 AND +expires_at > ?3";

    private static readonly string Open = Of($"{FreeRuns(acked: 0)}");

    /// <summary>With a holder, and without one: a message may be acknowledged by who did not claim it.</summary>
    private static readonly string Acknowledged = Of($"{Run("holder IS NOT NULL AND acked = 1")} UNION ALL {FreeRuns(acked: 1)}");

    private static readonly string AtWork = Of(Run("holder IS NOT NULL AND acked = 0"));
    private static readonly string Asking = Of(Run($"holder IS NOT NULL AND acked = 0 AND {HasQuestion("messages")}"));
    private static readonly string AskingOf = OfPoster($"holder IS NOT NULL AND acked = 0 AND {HasQuestion("posted")}");
    private static readonly string FailedOf = OfPoster("state = 2");

    private static readonly string Waiting = Of(Run("state = 1 AND state <> 0"));
    private static readonly string Failed = Of(Run("state = 2 AND state <> 0"));
    private static readonly string Cancelled = Of(Run("state = 3 AND state <> 0"));
    private static readonly string All = Of(Run("created_at > 0"));

    /// <param name="state">One of <see cref="TaskStates"/>; null: all messages, those of broadcast channels included.</param>
    public IReadOnlyList<MessageRecord> Newest(long channel, string? state, long? olderThan, int limit, long now)
    {
        using var query = connection.Prepare(state switch
        {
            TaskStates.Open => Open,
            TaskStates.Claimed => AtWork,
            TaskStates.Waiting => Waiting,
            TaskStates.Failed => Failed,
            TaskStates.Cancelled => Cancelled,
            TaskStates.Acknowledged => Acknowledged,
            _ => All,
        });
        return query.Bind(channel).Bind(olderThan ?? long.MaxValue).Bind(now).Bind(limit).All(MessageRows.Read);
    }

    /// <summary>Tasks on which a question of their worker is open.</summary>
    public IReadOnlyList<MessageRecord> NewestAsking(long channel, int limit, long now)
    {
        using var query = connection.Prepare(Asking);
        return query.Bind(channel).Bind(long.MaxValue).Bind(now).Bind(limit).All(MessageRows.Read);
    }

    /// <summary>Of the newest tasks that a key posted, those on which a question is open.</summary>
    public IReadOnlyList<MessageRecord> NewestAskingOf(string keyId, int limit, long now) => NewestOf(AskingOf, keyId, limit, now);

    /// <summary>Of the newest tasks that a key posted, those that failed.</summary>
    public IReadOnlyList<MessageRecord> NewestFailedOf(string keyId, int limit, long now) => NewestOf(FailedOf, keyId, limit, now);

    /// <summary>The messages of a channel that were posted after another, the newest first.</summary>
    public IReadOnlyList<long> PostedAfter(long channel, long after, int limit)
    {
        using var query = connection.Prepare("SELECT created_at FROM messages WHERE channel = ? AND created_at > ? ORDER BY created_at DESC LIMIT ?");
        return query.Bind(channel).Bind(after).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>The key of the newest message of the bus; 0 for none.</summary>
    public long NewestOfAll()
    {
        using var query = connection.Prepare("SELECT coalesce(max(created_at), 0) FROM messages");
        query.Step();
        return query.Integer(0);
    }

    private List<MessageRecord> NewestOf(string statement, string keyId, int limit, long now)
    {
        using var query = connection.Prepare(statement);
        return query.Bind(keyId).Bind(MostPosted).Bind(now).Bind(limit).All(MessageRows.Read);
    }

    private static string HasQuestion(string message) =>
        $"EXISTS (SELECT 1 FROM notes n WHERE n.message = {message}.created_at AND n.kind = 'question' AND n.closed IS NULL)";

    private static string OfPoster(string condition) => Of(
        "SELECT created_at FROM (SELECT created_at, holder, acked, state, expires_at FROM messages WHERE posted_by_key_id = ?1 AND named <> 0 "
        + $"ORDER BY created_at DESC LIMIT ?2) AS posted WHERE expires_at > ?3 AND {condition}");

    private static string Of(string keys) =>
        $"{MessageRows.Selection} WHERE m.created_at IN ({keys}) ORDER BY m.created_at DESC LIMIT ?4";

    /// <summary>Index messages_free has a run of ages for each priority.</summary>
    private static string FreeRuns(int acked) => string.Join(
        " UNION ALL ",
        Enumerable.Range(TaskLimits.MinPriority, TaskLimits.MaxPriority - TaskLimits.MinPriority + 1).Select(priority =>
            Run(string.Create(CultureInfo.InvariantCulture, $"holder IS NULL AND state = 0 AND acked = {acked} AND priority = {priority}"))));

    private static string Run(string condition) =>
        $"SELECT created_at FROM (SELECT created_at FROM messages WHERE {condition} AND {Bounds} ORDER BY created_at DESC LIMIT ?4) AS run";
}
