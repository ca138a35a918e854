using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Channels, their aliases and relations.</summary>
internal sealed class ChannelStore(ISqlConnection connection)
{
    private const string Columns =
        """
        c.number, c.id, c.owner_id, c.created_by_key_id, c.name, c.mode, c.access, c.discoverable, c.description, c.metadata_schema,
        c.pinned_message, c.webhook_url, c.webhook_secret, c.ttl_seconds, c.retention_days, c.max_messages, c.max_writes_per_minute,
        c.paused, c.created_at, c.updated_at, c.max_attempts,
        c.webhook_events
        """;

    /// <summary>By id, then by alias, then by name among the owner's channels, newest first.</summary>
    /// <remarks>
    /// An alias that leads to another owner's channel does not hide the caller's own channel of that name. For a channel of results only the alias
    /// counts, because anybody can give a channel any name.
    /// </remarks>
    public ChannelRecord? Find(string reference, string ownerId)
    {
        if (FindByIdOrAlias(reference) is not { } found)
        {
            return FindByName(reference, ownerId);
        }

        return found.OwnerId == ownerId || found.Id == reference || ResultChannel.IsName(reference) ? found : FindByName(reference, ownerId) ?? found;
    }

    public ChannelRecord? FindByIdOrAlias(string reference) =>
        (BusId.IsLong(reference) ? One($"SELECT {Columns} FROM channels c WHERE c.id = ?", reference) : null)
        ?? One($"SELECT {Columns} FROM channel_aliases n JOIN channels c ON c.number = n.channel WHERE n.alias = ?", reference);

    public ChannelRecord? FindByNumber(long number)
    {
        using var query = connection.Prepare($"SELECT {Columns} FROM channels c WHERE c.number = ?");
        return query.Bind(number).Step() ? Read(query) : null;
    }

    /// <summary>The channels that anybody may see, newest first, older than a time.</summary>
    public IReadOnlyList<ChannelRecord> Discoverable(long? olderThan, int limit)
    {
        using var query = connection.Prepare(
            $"SELECT {Columns} FROM channels c WHERE c.discoverable = 1 AND c.created_at < ? ORDER BY c.created_at DESC LIMIT ?");
        return query.Bind(olderThan ?? long.MaxValue).Bind(limit).All(Read);
    }

    /// <summary>Stores a new channel, whatever names exist.</summary>
    /// <returns>The channel with its number.</returns>
    public ChannelRecord Add(ChannelRecord channel)
    {
        using var insert = connection.Prepare(
            """
            INSERT INTO channels (id, owner_id, created_by_key_id, name, mode, access, discoverable, description, metadata_schema,
                pinned_message, webhook_url, webhook_secret, ttl_seconds, retention_days, max_messages, max_writes_per_minute, paused,
                created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING number
            """);
        insert.Bind(channel.Id).Bind(channel.OwnerId).Bind(channel.CreatedByKeyId).Bind(channel.Name).Bind(channel.Mode)
            .Bind(channel.Access).Bind(channel.Discoverable).Bind(channel.Description).Bind(channel.MetadataSchema)
            .Bind(channel.PinnedMessage).Bind(channel.WebhookUrl).Bind(channel.WebhookSecret).Bind(channel.TtlSeconds)
            .Bind(channel.RetentionDays).Bind(channel.MaxMessages).Bind(channel.MaxWritesPerMinute).Bind(channel.Paused)
            .Bind(channel.CreatedAt).Bind(channel.UpdatedAt).Step();
        return channel with { Number = insert.Integer(0) };
    }

    /// <summary>Stores the settings of a channel's tasks.</summary>
    public void SetTaskSettings(ChannelRecord channel) =>
        connection.Prepare("UPDATE channels SET max_attempts = ?, webhook_events = ? WHERE number = ?")
            .Bind(channel.MaxAttempts).Bind(channel.WebhookEvents.Count == 0 ? null : string.Join(' ', channel.WebhookEvents)).Bind(channel.Number).Run();

    /// <summary>Stores the fields that a patch may change.</summary>
    public void Update(ChannelRecord channel) =>
        connection.Prepare(
                """
                UPDATE channels SET name = ?, mode = ?, access = ?, discoverable = ?, description = ?, metadata_schema = ?,
                    pinned_message = ?, retention_days = ?, max_messages = ?, max_writes_per_minute = ?, paused = ?, updated_at = ?
                WHERE number = ?
                """)
            .Bind(channel.Name).Bind(channel.Mode).Bind(channel.Access).Bind(channel.Discoverable).Bind(channel.Description)
            .Bind(channel.MetadataSchema).Bind(channel.PinnedMessage).Bind(channel.RetentionDays).Bind(channel.MaxMessages)
            .Bind(channel.MaxWritesPerMinute).Bind(channel.Paused).Bind(channel.UpdatedAt).Bind(channel.Number).Run();

    /// <summary>Removes a channel and what belongs to it; access requests stay, unreachable.</summary>
    /// <remarks>The sweep removes its messages and its archive (<see cref="RemovedChannels"/>), so that this write takes no longer the more a channel holds.</remarks>
    public void Delete(long number)
    {
        connection.Prepare("DELETE FROM channel_aliases WHERE channel = ?").Bind(number).Run();
        connection.Prepare("DELETE FROM related_channels WHERE channel = ?").Bind(number).Run();
        connection.Prepare("DELETE FROM related_channels WHERE related = ?").Bind(number).Run();
        connection.Prepare("DELETE FROM members WHERE channel = ?").Bind(number).Run();
        connection.Prepare("DELETE FROM events WHERE channel = ?").Bind(number).Run();
        connection.Prepare("DELETE FROM invitations WHERE channel = ?").Bind(number).Run();
        connection.Prepare("DELETE FROM channels WHERE number = ?").Bind(number).Run();
        connection.Prepare("INSERT INTO removed_channels (channel) VALUES (?)").Bind(number).Run();
    }

    /// <summary>Deleted channels whose messages and archive are still stored.</summary>
    public IReadOnlyList<long> RemovedChannels()
    {
        using var query = connection.Prepare("SELECT channel FROM removed_channels ORDER BY channel");
        return query.All(static row => row.Integer(0));
    }

    /// <summary>Notes that nothing of a deleted channel is stored any more.</summary>
    public void Forget(long number) => connection.Prepare("DELETE FROM removed_channels WHERE channel = ?").Bind(number).Run();

    public bool IsAliasTaken(string alias)
    {
        using var query = connection.Prepare("SELECT 1 FROM channel_aliases WHERE alias = ?");
        return query.Bind(alias).Step();
    }

    public void AddAlias(long channel, string alias) =>
        connection.Prepare("INSERT INTO channel_aliases (alias, channel) VALUES (?, ?)").Bind(alias).Bind(channel).Run();

    public void MoveAlias(string alias, long channel) =>
        connection.Prepare("UPDATE channel_aliases SET channel = ? WHERE alias = ?").Bind(channel).Bind(alias).Run();

    public IReadOnlyList<string> Aliases(long channel)
    {
        using var query = connection.Prepare("SELECT alias FROM channel_aliases WHERE channel = ? ORDER BY alias");
        return query.Bind(channel).All(static row => row.Text(0));
    }

    public IReadOnlyList<ChannelReference> Related(long channel)
    {
        using var query = connection.Prepare(
            """
            SELECT c.id, c.name, c.mode FROM related_channels r JOIN channels c ON c.number = r.related
            WHERE r.channel = ? ORDER BY c.name, c.number
            """);
        return query.Bind(channel).All(static row => new ChannelReference(row.Text(0), row.Text(1), row.Text(2)));
    }

    public void ReplaceRelated(long channel, IEnumerable<long> related)
    {
        connection.Prepare("DELETE FROM related_channels WHERE channel = ?").Bind(channel).Run();
        foreach (var other in related.Distinct().Where(other => other != channel))
        {
            connection.Prepare("INSERT INTO related_channels (channel, related) VALUES (?, ?)").Bind(channel).Bind(other).Run();
        }
    }

    /// <summary>How many channels an owner has, and how many messages that are not over are in them.</summary>
    public (long Channels, long Messages, long Claimed) Totals(string ownerId, long now)
    {
        // The kept counts include messages that are over and not yet archived (OverMessages): these are counted within the indexes.
        using var created = connection.Prepare(
            """
            SELECT CAST(coalesce(sum((SELECT count(*) FROM messages m WHERE m.channel = c.number AND m.created_at <= ?2 - c.ttl_seconds * 1000000)), 0) AS bigint),
                CAST(coalesce(sum((SELECT count(*) FROM messages m
                    WHERE m.channel = c.number AND m.holder IS NOT NULL AND m.created_at <= ?2 - c.ttl_seconds * 1000000)), 0) AS bigint)
            FROM channels c
            WHERE c.owner_id = ?1 AND (SELECT min(created_at) FROM messages m WHERE m.channel = c.number) <= ?2 - c.ttl_seconds * 1000000
            """);
        created.Bind(ownerId).Bind(now).Step();
        using var posted = connection.Prepare(
            """
            SELECT count(*), count(m.holder) FROM channels c CROSS JOIN messages m
            WHERE c.owner_id = ?1 AND m.channel = c.number AND m.posted_at <= ?2 - c.ttl_seconds * 1000000
                AND m.created_at > ?2 - c.ttl_seconds * 1000000
            """);
        posted.Bind(ownerId).Bind(now).Step();
        using var query = connection.Prepare(
            """
            SELECT count(*), CAST(coalesce(sum(k.messages), 0) AS bigint), CAST(coalesce(sum(k.held), 0) AS bigint)
            FROM channels c JOIN channel_counts k ON k.channel = c.number
            WHERE c.owner_id = ?
            """);
        query.Bind(ownerId).Step();
        return (query.Integer(0), query.Integer(1) - created.Integer(0) - posted.Integer(0), query.Integer(2) - created.Integer(1) - posted.Integer(1));
    }

    private ChannelRecord? FindByName(string name, string ownerId)
    {
        using var query = connection.Prepare(
            $"SELECT {Columns} FROM channels c WHERE c.owner_id = ? AND c.name = ? ORDER BY c.number DESC LIMIT 1");
        return query.Bind(ownerId).Bind(name).Step() ? Read(query) : null;
    }

    private ChannelRecord? One(string sql, string value)
    {
        using var query = connection.Prepare(sql);
        return query.Bind(value).Step() ? Read(query) : null;
    }

    private static ChannelRecord Read(IStatement row) => new()
    {
        Number = row.Integer(0),
        Id = row.Text(1),
        OwnerId = row.Text(2),
        CreatedByKeyId = row.Text(3),
        Name = row.Text(4),
        Mode = row.Text(5),
        Access = row.Text(6),
        Discoverable = row.Flag(7),
        Description = row.Text(8),
        MetadataSchema = row.Text(9),
        PinnedMessage = row.OptionalText(10),
        WebhookUrl = row.OptionalText(11),
        WebhookSecret = row.OptionalText(12),
        TtlSeconds = (int)row.Integer(13),
        RetentionDays = (int)row.Integer(14),
        MaxMessages = row.OptionalInt32(15),
        MaxWritesPerMinute = row.OptionalInt32(16),
        Paused = row.Flag(17),
        CreatedAt = row.Integer(18),
        UpdatedAt = row.Integer(19),
        MaxAttempts = row.OptionalInt32(20),
        WebhookEvents = row.OptionalText(21)?.Split(' ') ?? [],
    };
}
