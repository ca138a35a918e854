using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Which tasks wait for which others.</summary>
internal sealed class DependencyStore(ISqlConnection connection)
{
    /// <param name="isMet">Whether it is acknowledged already.</param>
    public void Add(long message, long prerequisite, string prerequisiteId, bool isMet) =>
        connection.Prepare("INSERT INTO dependencies (message, prerequisite, prerequisite_id, met) VALUES (?, ?, ?, ?)")
            .Bind(message).Bind(prerequisite).Bind(prerequisiteId).Bind(isMet).Run();

    /// <summary>The prerequisites of a task: their ids, and whether they are acknowledged.</summary>
    public IReadOnlyList<StoredPrerequisite> List(long message)
    {
        using var query = connection.Prepare("SELECT prerequisite_id, met FROM dependencies WHERE message = ? ORDER BY prerequisite");
        return query.Bind(message).All(static row => new StoredPrerequisite(row.Text(0), row.Int32(1) == (int)PrerequisiteStanding.Met, row.Int32(1) == (int)PrerequisiteStanding.Removed));
    }

    /// <summary>The prerequisites of a task that were not acknowledged while it waited for them.</summary>
    public IReadOnlyList<long> Unmet(long message)
    {
        using var query = connection.Prepare("SELECT prerequisite FROM dependencies WHERE message = ? AND met <> 1 ORDER BY prerequisite");
        return query.Bind(message).All(static row => row.Integer(0));
    }

    public void SetStanding(long message, long prerequisite, PrerequisiteStanding standing) =>
        connection.Prepare("UPDATE dependencies SET met = ? WHERE message = ? AND prerequisite = ?").Bind((long)standing).Bind(message).Bind(prerequisite).Run();

    /// <summary>Notes that a prerequisite is acknowledged.</summary>
    /// <returns>The tasks that now wait for no other task any more.</returns>
    public IReadOnlyList<long> Meet(long prerequisite)
    {
        // Most tasks have no dependents, and an update that returns rows makes a table in memory each time.
        List<long> waiting;
        using (var query = connection.Prepare("SELECT message FROM dependencies WHERE prerequisite = ? AND met = 0"))
        {
            waiting = query.Bind(prerequisite).All(static row => row.Integer(0));
        }

        if (waiting.Count == 0)
        {
            return [];
        }

        connection.Prepare("UPDATE dependencies SET met = 1 WHERE prerequisite = ? AND met = 0").Bind(prerequisite).Run();
        var ready = new List<long>();
        foreach (var message in waiting)
        {
            using var count = connection.Prepare("UPDATE tasks SET pending = pending - 1 WHERE message = ? RETURNING pending");
            if (count.Bind(message).Step() && count.Integer(0) <= 0)
            {
                ready.Add(message);
            }
        }

        return ready;
    }

    /// <summary>Tasks with a prerequisite that ended without an ack, and its id.</summary>
    public IReadOnlyList<BrokenTask> Broken(int limit)
    {
        using var query = connection.Prepare("SELECT message, prerequisite_id FROM dependencies WHERE met = 2 ORDER BY message LIMIT ?");
        return query.Bind(limit).All(static row => new BrokenTask(row.Integer(0), row.Text(1)));
    }

    /// <summary>Takes note that the task of a broken prerequisite has been ended.</summary>
    public void Settle(long message) =>
        connection.Prepare(
                """
                UPDATE dependencies SET met = CASE
                    WHEN EXISTS (SELECT 1 FROM messages WHERE created_at = prerequisite)
                        OR EXISTS (SELECT 1 FROM archive WHERE created_at = prerequisite AND retracted = 0)
                    THEN 3 ELSE 4 END
                WHERE message = ? AND met = 2
                """)
            .Bind(message).Run();

    /// <summary>When the first of the unmet prerequisites ends its time, of tasks that were posted after another one.</summary>
    /// <param name="after">Key of that one; 0: of all tasks.</param>
    /// <returns>The end, and the key of the newest of these tasks; null where there is none.</returns>
    public (long? FirstEnd, long? Newest) UnmetEnds(long after)
    {
        // Not a join: planned while there are no messages, it begins with them, and PostgreSQL keeps that plan while they grow.
        using var query = connection.Prepare(
            """
            SELECT min((SELECT expires_at FROM messages WHERE created_at = d.prerequisite)), max(d.message) FROM dependencies d
            WHERE d.message > ? AND d.met = 0
            """);
        query.Bind(after).Step();
        return (query.OptionalInteger(0), query.OptionalInteger(1));
    }

    /// <summary>Takes note that the time of prerequisites is over: nobody will acknowledge them.</summary>
    public void LoseExpired(long now) =>
        connection.Prepare(
                "UPDATE dependencies SET met = 2 WHERE met = 0 AND EXISTS (SELECT 1 FROM messages WHERE created_at = prerequisite AND expires_at <= ?)")
            .Bind(now).Run();
}

/// <summary>How a prerequisite stands for the task that depends on it, as it is stored.</summary>
internal enum PrerequisiteStanding
{
    /// <summary>The task waits for it.</summary>
    Due = 0,

    Met = 1,

    /// <summary>It ended without an ack, and the task that waits for it is to fail.</summary>
    Broken = 2,

    /// <summary>It ended without an ack, and nothing waits for it any more.</summary>
    Settled = 3,

    /// <summary>As before, and it was removed before its time was over.</summary>
    Removed = 4,
}

/// <param name="IsMet">Whether it is acknowledged.</param>
/// <param name="IsRemoved">Whether it was removed before its time was over.</param>
internal sealed record StoredPrerequisite(string Id, bool IsMet, bool IsRemoved);

/// <param name="Prerequisite">Id of the one that ended without an ack.</param>
internal sealed record BrokenTask(long Message, string Prerequisite);
