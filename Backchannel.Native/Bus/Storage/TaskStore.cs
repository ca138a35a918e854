using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The life of tasks: options, how they ended, and attempts that ended.</summary>
internal sealed class TaskStore(ISqlConnection connection)
{
    /// <summary>Ended attempts that are kept of a task; older ones go, so that a task that is given back without end does not grow without end.</summary>
    public const int KeptAttempts = 200;

    /// <returns>Null: the post named no option, and nothing happened to it that this store keeps.</returns>
    public TaskRecord? Find(long message)
    {
        using var query = connection.Prepare(
            """
            SELECT t.max_attempts, t.attempts, t.not_before, t.ready_at, t.pending, t.ended_at, t.reason, a.id, a.name
            FROM tasks t LEFT JOIN actors a ON a.number = t.ended_by WHERE t.message = ?
            """);
        return !query.Bind(message).Step() ? null : new TaskRecord
        {
            MaxAttempts = query.OptionalInt32(0),
            Attempts = query.Int32(1),
            NotBefore = query.OptionalInteger(2),
            ReadyAt = query.OptionalInteger(3),
            Pending = query.Int32(4),
            TurnedAt = query.OptionalInteger(5),
            Reason = query.OptionalText(6),
            EndedBy = query.IsNull(7) ? null : new ActorReference(query.Text(7), query.Text(8)),
        };
    }

    /// <summary>Stores the options of a post.</summary>
    public void Add(long message, TaskRecord task) =>
        connection.Prepare("INSERT INTO tasks (message, max_attempts, not_before, ready_at, pending) VALUES (?, ?, ?, ?, ?)")
            .Bind(message).Bind(task.MaxAttempts).Bind(task.NotBefore).Bind(task.ReadyAt).Bind(task.Pending).Run();

    /// <summary>Records an attempt that ended without an ack.</summary>
    /// <param name="counts">Whether it counts against the maximum.</param>
    /// <returns>The attempts that count, this one included where it does.</returns>
    public int AddAttempt(long message, long? actor, long startedAt, long endedAt, string outcome, string? reason, bool counts)
    {
        int used;
        long number;
        using (var upsert = connection.Prepare(
            """
            INSERT INTO tasks (message, attempts, ended_attempts) VALUES (?1, ?2, 1)
            ON CONFLICT (message) DO UPDATE SET attempts = tasks.attempts + ?2, ended_attempts = tasks.ended_attempts + 1
            RETURNING attempts, ended_attempts
            """))
        {
            upsert.Bind(message).Bind(counts).Step();
            (used, number) = (upsert.Int32(0), upsert.Integer(1));
        }

        connection.Prepare("INSERT INTO attempts (message, number, actor, started_at, ended_at, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .Bind(message).Bind(number).Bind(actor).Bind(startedAt).Bind(endedAt).Bind(outcome).Bind(reason).Run();
        if (number > KeptAttempts)
        {
            connection.Prepare("DELETE FROM attempts WHERE message = ? AND number <= ?").Bind(message).Bind(number - KeptAttempts).Run();
        }

        return used;
    }

    /// <summary>The attempts that ended without an ack, the oldest first.</summary>
    public IReadOnlyList<TaskAttempt> Attempts(long message)
    {
        using var query = connection.Prepare(
            """
            SELECT t.number, a.id, a.name, t.started_at, t.ended_at, t.outcome, t.reason
            FROM attempts t LEFT JOIN actors a ON a.number = t.actor WHERE t.message = ? ORDER BY t.number
            """);
        return query.Bind(message).All(static row => new TaskAttempt(
            row.Int32(0),
            row.IsNull(1) ? null : new ActorReference(row.Text(1), row.Text(2)),
            Instant.ToText(row.Integer(3)),
            Instant.ToText(row.Integer(4)),
            row.Text(5),
            row.OptionalText(6)));
    }

    /// <summary>Sets the state of a message that nobody holds, and when it is looked at next.</summary>
    public void SetState(long message, StoredState state, long? readyAt)
    {
        connection.Prepare("UPDATE messages SET state = ?, version = version + 1 WHERE created_at = ?").Bind((long)state).Bind(message).Run();
        connection.Prepare("UPDATE tasks SET ready_at = ? WHERE message = ?").Bind(readyAt).Bind(message).Run();
    }

    /// <summary>Records why a task failed or was cancelled.</summary>
    /// <param name="by">Number of the actor; null where the bus ended it.</param>
    public void SetEnd(long message, long endedAt, string? reason, long? by, string? byKeyId) =>
        connection.Prepare(
                """
                INSERT INTO tasks (message, ended_at, reason, ended_by, ended_by_key_id) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (message) DO UPDATE SET ended_at = ?2, reason = ?3, ended_by = ?4, ended_by_key_id = ?5, ready_at = NULL
                """)
            .Bind(message).Bind(endedAt).Bind(reason).Bind(by).Bind(byKeyId).Run();

    /// <summary>Begins a new count of attempts, under which no earlier lease counts.</summary>
    /// <param name="now">Is kept as <see cref="TaskRecord.TurnedAt"/>.</param>
    /// <param name="pending">How many prerequisites the task waits for.</param>
    public void Reopen(long message, long now, int pending)
    {
        connection.Prepare(
                """
                UPDATE tasks SET attempts = 0, pending = ?, ended_at = ?, reason = NULL, ended_by = NULL, ended_by_key_id = NULL
                WHERE message = ?
                """)
            .Bind(pending).Bind(now).Bind(message).Run();
        connection.Prepare("UPDATE messages SET lease_salt = NULL WHERE created_at = ?").Bind(message).Run();
    }

    /// <summary>Open and waiting tasks of a channel that have no maximum of their own and have used so many attempts, the oldest first.</summary>
    public IReadOnlyList<long> UsedUp(long channel, int attempts)
    {
        using var query = connection.Prepare(
            """
            SELECT m.created_at FROM messages m CROSS JOIN tasks t
            WHERE m.channel = ?1 AND m.acked = 0 AND m.holder IS NULL AND m.state = 0 AND t.message = m.created_at AND t.max_attempts IS NULL AND t.attempts >= ?2
            UNION ALL
            SELECT m.created_at FROM messages m CROSS JOIN tasks t
            WHERE m.channel = ?1 AND m.state = 1 AND t.message = m.created_at AND t.max_attempts IS NULL AND t.attempts >= ?2
            """);
        return [.. query.Bind(channel).Bind(attempts).All(static row => row.Integer(0)).Order()];
    }

    /// <summary>Waiting tasks whose time has come.</summary>
    public IReadOnlyList<long> Due(long now, int limit)
    {
        using var query = connection.Prepare("SELECT message FROM tasks WHERE ready_at <= ? AND ready_at IS NOT NULL ORDER BY ready_at LIMIT ?");
        return query.Bind(now).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>No time opens the task any more.</summary>
    public void ClearReadiness(long message) =>
        connection.Prepare("UPDATE tasks SET ready_at = NULL WHERE message = ?").Bind(message).Run();

    /// <summary>Moves the ends of delays along with a clock that was set.</summary>
    public void ShiftDelays(long step) =>
        connection.Prepare("UPDATE tasks SET ready_at = ready_at + ? WHERE ready_at IS NOT NULL").Bind(step).Run();
}
