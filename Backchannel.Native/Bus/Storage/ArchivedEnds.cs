using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Keeps with archived messages when, why and by whom they ended: what else is stored of their life goes with their rows.</summary>
internal sealed class ArchivedEnds(ISqlConnection connection)
{
    /// <summary>The state of an archived message, from its row in <c>messages</c>.</summary>
    public const string State = "CASE WHEN acked = 1 THEN 4 ELSE state END";

    private IReadOnlyList<(long Message, long At, long? By, string? Reason)> ends = [];

    /// <summary>The statement that reads the ends of some messages. A connection keeps every text that it was given, so make it once.</summary>
    /// <param name="selection">Selects their keys.</param>
    public static string Query(string selection) =>
        $"""
        SELECT m.created_at, coalesce((SELECT min(occurred_at) FROM acks WHERE message = m.created_at), t.ended_at),
            CASE WHEN m.acked = 1 THEN (
                SELECT min(actor) FROM acks WHERE message = m.created_at AND occurred_at = (SELECT min(occurred_at) FROM acks WHERE message = m.created_at)) ELSE t.ended_by END,
            CASE WHEN m.acked = 0 THEN t.reason END
        FROM messages m LEFT JOIN tasks t ON t.message = m.created_at
        WHERE m.created_at IN ({selection}) AND (m.acked = 1 OR m.state IN (2, 3))
        """;

    /// <summary>Reads the ends of messages that are about to be archived.</summary>
    /// <param name="statement">One of <see cref="Query"/>.</param>
    /// <param name="values">Of the selection's parameters.</param>
    public void Read(string statement, IReadOnlyList<long> values)
    {
        using var query = connection.Prepare(statement);
        foreach (var value in values)
        {
            query.Bind(value);
        }

        ends = query.All(static row => (row.Integer(0), row.Integer(1), row.OptionalInteger(2), row.OptionalText(3)));
    }

    /// <summary>Stores them again, once the messages are archived. They go with the archived messages.</summary>
    public void Keep()
    {
        var tasks = new TaskStore(connection);
        foreach (var (message, at, by, reason) in ends)
        {
            tasks.SetEnd(message, at, reason, by, byKeyId: null);
        }
    }
}
