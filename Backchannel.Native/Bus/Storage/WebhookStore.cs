using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Webhooks of actors, and the events that wait to be sent.</summary>
internal sealed class WebhookStore(ISqlConnection connection)
{
    /// <summary>The least time between two mentions of one actor in one channel.</summary>
    private const long MentionPause = 60 * Instant.PerSecond;

    /// <summary>How long a sender has an event to itself: three times as long as one attempt may take.</summary>
    private const long Lease = 30 * Instant.PerSecond;

    public ActorWebhook? Find(long actor)
    {
        using var query = connection.Prepare("SELECT url, secret, updated_at FROM actor_webhooks WHERE actor = ?");
        return query.Bind(actor).Step() ? new ActorWebhook(query.Text(0), query.OptionalText(1), query.Integer(2)) : null;
    }

    public void Set(long actor, ActorWebhook webhook) =>
        connection.Prepare(
                """
                INSERT INTO actor_webhooks (actor, url, secret, updated_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (actor) DO UPDATE SET url = excluded.url, secret = excluded.secret, updated_at = excluded.updated_at
                """)
            .Bind(actor).Bind(webhook.Url).Bind(webhook.Secret).Bind(webhook.UpdatedAt).Run();

    public void Unset(long actor) => connection.Prepare("DELETE FROM actor_webhooks WHERE actor = ?").Bind(actor).Run();

    /// <summary>Notes that an actor is told of a mention in a channel.</summary>
    /// <returns>False when it was told of one less than a minute ago.</returns>
    public bool TryMention(long channel, long actor, long now)
    {
        connection.Prepare(
                """
                INSERT INTO mentions_told (channel, actor, told_at) VALUES (?, ?, ?)
                ON CONFLICT (channel, actor) DO UPDATE SET told_at = excluded.told_at
                    WHERE mentions_told.told_at <= ? OR mentions_told.told_at > excluded.told_at
                """)
            .Bind(channel).Bind(actor).Bind(now).Bind(now - MentionPause).Run();
        return connection.LastChanges > 0;
    }

    /// <returns>How many were forgotten.</returns>
    public int ForgetMentions(long now, int limit)
    {
        connection.Prepare(
                """
                DELETE FROM mentions_told WHERE (channel, actor) IN (
                    SELECT channel, actor FROM mentions_told WHERE told_at <= ? ORDER BY told_at LIMIT ?)
                """)
            .Bind(now - MentionPause).Bind(limit).Run();
        return connection.LastChanges;
    }

    public void Add(string url, string? secret, ReadOnlySpan<byte> body, long now) =>
        connection.Prepare("INSERT INTO webhook_queue (url, secret, body, due_at) VALUES (?, ?, ?, ?)")
            .Bind(url).Bind(secret).BindBlob(body).Bind(now).Run();

    /// <summary>When the next event comes due, or the next lease of one ends; null when the queue is empty.</summary>
    public long? NextDue()
    {
        using var query = connection.Prepare(
            """
            SELECT min(due) FROM (
                SELECT min(due_at) AS due FROM webhook_queue WHERE taken_until IS NULL
                UNION ALL
                SELECT min(taken_until) FROM webhook_queue WHERE taken_until IS NOT NULL) AS ends
            """);
        return query.Step() ? query.OptionalInteger(0) : null;
    }

    /// <summary>Frees the events whose lease is over: their sender died, or was stopped without giving them back.</summary>
    public void EndLeases(long now) =>
        // A lease that ends later than one can was given while the clock was far ahead.
        connection.Prepare("UPDATE webhook_queue SET taken_until = NULL WHERE taken_until <= ? OR taken_until > ?")
            .Bind(now).Bind(now + Lease).Run();

    /// <summary>Events that are due and that nobody is sending, the longest waiting first.</summary>
    public IReadOnlyList<WebhookDelivery> Due(long now, int limit)
    {
        using var query = connection.Prepare(
            "SELECT number, url, secret, body, attempts FROM webhook_queue WHERE taken_until IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?");
        return query.Bind(now).Bind(limit).All(static row =>
            new WebhookDelivery(row.Integer(0), row.Text(1), row.OptionalText(2), row.Bytes(3).ToArray(), row.Int32(4)));
    }

    /// <summary>Gives an event to a sender for the time of a lease.</summary>
    public void Take(long number, long now) =>
        connection.Prepare("UPDATE webhook_queue SET taken_until = ? WHERE number = ?").Bind(now + Lease).Bind(number).Run();

    /// <summary>Frees an event that its sender did not finish.</summary>
    public void GiveBack(long number) => connection.Prepare("UPDATE webhook_queue SET taken_until = NULL WHERE number = ?").Bind(number).Run();

    public void Postpone(long number, long dueAt, int attempts) =>
        connection.Prepare("UPDATE webhook_queue SET taken_until = NULL, due_at = ?, attempts = ? WHERE number = ?")
            .Bind(dueAt).Bind(attempts).Bind(number).Run();

    public void Remove(long number) => connection.Prepare("DELETE FROM webhook_queue WHERE number = ?").Bind(number).Run();
}
