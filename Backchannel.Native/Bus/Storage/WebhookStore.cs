namespace Backchannel.Native.Bus.Storage;

/// <summary>Webhooks of actors, and the events that wait to be sent.</summary>
internal sealed class WebhookStore(SqliteConnection connection)
{
    /// <summary>How often one actor hears of one channel at most.</summary>
    private const long MentionPause = 60 * Instant.PerSecond;

    public ActorWebhook? Find(long actor)
    {
        using var query = connection.Prepare("SELECT url, secret, updated_at FROM actor_webhooks WHERE actor = ?");
        return query.Bind(actor).Step() ? new ActorWebhook(query.Text(0), query.OptionalText(1), query.Integer(2)) : null;
    }

    public void Set(long actor, ActorWebhook webhook) =>
        connection.Prepare("INSERT OR REPLACE INTO actor_webhooks (actor, url, secret, updated_at) VALUES (?, ?, ?, ?)")
            .Bind(actor).Bind(webhook.Url).Bind(webhook.Secret).Bind(webhook.UpdatedAt).Run();

    public void Unset(long actor) => connection.Prepare("DELETE FROM actor_webhooks WHERE actor = ?").Bind(actor).Run();

    /// <summary>Notes that an actor hears of a channel now.</summary>
    /// <returns>False when it did less than a minute ago.</returns>
    public bool TryMention(long channel, long actor, long now)
    {
        using var insert = connection.Prepare(
            """
            INSERT INTO mentions_told (channel, actor, told_at) VALUES (?, ?, ?)
            ON CONFLICT (channel, actor) DO UPDATE SET told_at = excluded.told_at WHERE told_at <= ? OR told_at > excluded.told_at
            RETURNING 1
            """);
        return insert.Bind(channel).Bind(actor).Bind(now).Bind(now - MentionPause).Step();
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

    /// <summary>When the next event that nobody is sending comes due; null when there is none.</summary>
    public long? NextDue()
    {
        using var query = connection.Prepare("SELECT due_at FROM webhook_queue WHERE taken = 0 ORDER BY due_at LIMIT 1");
        return query.Step() ? query.Integer(0) : null;
    }

    /// <summary>Events that are due, the longest waiting first.</summary>
    public IReadOnlyList<WebhookDelivery> Due(long now, int limit)
    {
        using var query = connection.Prepare(
            "SELECT number, url, secret, body, attempts FROM webhook_queue WHERE taken = 0 AND due_at <= ? ORDER BY due_at LIMIT ?");
        query.Bind(now).Bind(limit);
        var due = new List<WebhookDelivery>();
        while (query.Step())
        {
            due.Add(new WebhookDelivery(query.Integer(0), query.Text(1), query.OptionalText(2), query.Bytes(3).ToArray(), (int)query.Integer(4)));
        }

        return due;
    }

    public void Take(long number) => connection.Prepare("UPDATE webhook_queue SET taken = 1 WHERE number = ?").Bind(number).Run();

    public void Postpone(long number, long dueAt, int attempts) =>
        connection.Prepare("UPDATE webhook_queue SET taken = 0, due_at = ?, attempts = ? WHERE number = ?")
            .Bind(dueAt).Bind(attempts).Bind(number).Run();

    public void Remove(long number) => connection.Prepare("DELETE FROM webhook_queue WHERE number = ?").Bind(number).Run();

    public bool HasTaken()
    {
        using var query = connection.Prepare("SELECT 1 FROM webhook_queue WHERE taken = 1 LIMIT 1");
        return query.Step();
    }

    /// <summary>Makes everything free that a sender before this one had taken.</summary>
    public void GiveBack() => connection.Prepare("UPDATE webhook_queue SET taken = 0 WHERE taken = 1").Run();
}
