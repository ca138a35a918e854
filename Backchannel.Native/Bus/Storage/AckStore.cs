using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Acks of messages, one per actor.</summary>
internal sealed class AckStore(ISqlConnection connection)
{
    /// <summary>Records an actor's ack.</summary>
    /// <param name="occurredAt">Stored later where an earlier ack has this time or a later one, because acks are listed by time in the order they came.</param>
    /// <returns>All acks of the message, this one last; null when the actor has acknowledged before.</returns>
    public IReadOnlyList<Acknowledgement>? Add(MessageRecord message, ActorRecord actor, string? metadata, long occurredAt)
    {
        List<Acknowledgement> acks = [];
        var last = 0L;
        using (var query = connection.Prepare(
            "SELECT a.id, a.name, k.occurred_at, k.actor FROM acks k JOIN actors a ON a.number = k.actor WHERE k.message = ? ORDER BY k.occurred_at"))
        {
            query.Bind(message.CreatedAt);
            while (query.Step())
            {
                if (query.Integer(3) == actor.Number)
                {
                    return null;
                }

                last = query.Integer(2);
                acks.Add(Read(query));
            }
        }

        var at = Math.Max(occurredAt, last + 1);
        connection.Prepare("INSERT INTO acks (message, actor, occurred_at, metadata) VALUES (?, ?, ?, ?)")
            .Bind(message.CreatedAt).Bind(actor.Number).Bind(at).Bind(metadata).Run();
        connection.Prepare("UPDATE messages SET acked = 1, version = version + 1 WHERE created_at = ? AND channel = ?")
            .Bind(message.CreatedAt).Bind(message.Channel).Run();
        return [.. acks, new Acknowledgement(actor.Id, actor.Name, Instant.ToText(at))];
    }

    /// <summary>Who acknowledged a message, the oldest first.</summary>
    public IReadOnlyList<Acknowledgement> List(long message)
    {
        using var query = connection.Prepare(
            "SELECT a.id, a.name, k.occurred_at FROM acks k JOIN actors a ON a.number = k.actor WHERE k.message = ? ORDER BY k.occurred_at");
        return query.Bind(message).All(Read);
    }

    /// <summary>When a message was acknowledged first; null: not yet.</summary>
    public long? FirstAt(long message)
    {
        using var query = connection.Prepare("SELECT min(occurred_at) FROM acks WHERE message = ?");
        query.Bind(message).Step();
        return query.OptionalInteger(0);
    }

    /// <summary>Who acknowledged a message and with what, the oldest first.</summary>
    public IReadOnlyList<AckDetail> Details(long message)
    {
        using var query = connection.Prepare(
            """
            SELECT a.id, a.name, k.occurred_at, k.metadata FROM acks k JOIN actors a ON a.number = k.actor
            WHERE k.message = ? ORDER BY k.occurred_at
            """);
        return query.Bind(message).All(static row =>
            new AckDetail(row.Text(0), row.Text(1), Instant.ToText(row.Integer(2)), StoredJson.ToElement(row.OptionalText(3))));
    }

    /// <summary>Whether an actor of this owner acknowledged a message.</summary>
    public bool HasOneOf(long message, string ownerId)
    {
        using var query = connection.Prepare("SELECT 1 FROM acks k JOIN actors a ON a.number = k.actor WHERE k.message = ? AND a.owner_id = ? LIMIT 1");
        return query.Bind(message).Bind(ownerId).Step();
    }

    private static Acknowledgement Read(IStatement row) => new(row.Text(0), row.Text(1), Instant.ToText(row.Integer(2)));
}
