using System.Text.Json;
using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Imports messages with their claims and acks, and archived messages. Ids are new: those of this bus are made of the time.</summary>
internal sealed class ReferenceMessages(ISqlConnection source, ImportTarget into, Action<string, long, long> progress)
{
    private const int ReportEvery = 500;

    private long lastTime;

    public void Import()
    {
        var total = LeftOuts.Count(source, "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM audit_messages)");
        var count = 0L;
        // Both in one order: a message keeps its time when it is archived, so no two may have the same.
        using var all = source.Prepare(
            """
            SELECT is_archived, place, created_at FROM (
                SELECT 0 AS is_archived, rowid AS place, created_at FROM messages UNION ALL SELECT 1, rowid, created_at FROM audit_messages)
            ORDER BY created_at, is_archived DESC, place
            """);
        while (all.Step())
        {
            if (all.Flag(0))
            {
                ImportArchived(all.Integer(1));
            }
            else
            {
                ImportMessage(all.Integer(1));
            }

            if (++count % ReportEvery == 0)
            {
                progress("messages", count, total);
            }
        }
    }

    private void ImportMessage(long place)
    {
        using var row = source.Prepare(
            """
            SELECT id, channel_id, actor_id, actor_label, content, metadata, mentions, created_at, expires_at, claimed_by_actor_id, claimed_at,
                claimed_by_key_id, lease_token, lease_expires_at
            FROM messages WHERE rowid = ?
            """);
        row.Bind(place).Step();
        var channel = into.Channel(row.Text(1));
        var createdAt = into.Unique(row.Time(7), ref lastTime);
        // A message lives for its channel's time, from posted_at where it has one, which is earlier than created_at.
        var expiresAt = Math.Min(row.Time(8), createdAt + channel.Life);
        var holder = into.ActorNumber(row.OptionalText(9));
        long? claimedAt = holder is null ? null : row.OptionalTime(10) ?? createdAt;
        var isLeased = holder is not null && !row.IsNull(12) && !row.IsNull(13);
        var isAcked = ImportAcks(row.Text(0), createdAt, channel, claimedAt);
        into.Write(
            CopiedTables.Messages,
            createdAt, BusId.NewSalt(), channel.Number, into.ActorNumber(row.OptionalText(2)), row.OptionalText(3), row.Text(4), into.OptionalObject(row.Text(5)),
            ReadMentions(row.OptionalText(6)), expiresAt, holder, holder is null ? null : row.OptionalText(11), claimedAt, null, isLeased ? BusId.NewSalt() : null,
            isLeased ? row.Time(13) : null, isAcked ? 1L : 0L, holder is null ? 0L : 1L, 0L, expiresAt == createdAt + channel.Life ? null : expiresAt - channel.Life, null,
            (long)StoredState.Normal, (long)TaskLimits.DefaultPriority, null, 0L, null, null, 0L, 0L);
        channel.Messages++;
        channel.Held += holder is null ? 0 : 1;
        channel.Acked += isAcked ? 1 : 0;
        channel.LongestLife = Math.Max(channel.LongestLife, expiresAt - createdAt);
        channel.ShortestLife = Math.Min(channel.ShortestLife, expiresAt - createdAt);
    }

    /// <returns>Whether there are any.</returns>
    private bool ImportAcks(string id, long message, ImportedChannel channel, long? claimedAt)
    {
        using var acks = source.Prepare(
            "SELECT actor_id, occurred_at, metadata FROM message_events WHERE message_id = ? AND event_type = 'ack' AND actor_id IS NOT NULL ORDER BY occurred_at, rowid");
        acks.Bind(id);
        var actors = new HashSet<long>();
        while (acks.Step())
        {
            // Of two acks by one actor at the same time, the reference server may have stored both.
            if (into.ActorNumber(acks.Text(0)) is { } actor && actors.Add(actor))
            {
                var occurredAt = acks.Time(1);
                into.Write(CopiedTables.Acks, message, actor, occurredAt, into.OptionalObject(acks.Text(2)));
                channel.TimedAcks += claimedAt is null ? 0 : 1;
                channel.ClaimToAck += occurredAt - claimedAt ?? 0;
            }
        }

        return actors.Count > 0;
    }

    private void ImportArchived(long place)
    {
        using var row = source.Prepare(
            """
            SELECT live_channel_id, actor_id, actor_label, content, metadata, created_at, expires_at, claimed_by_actor_id, claimed_at, archived_at
            FROM audit_messages WHERE rowid = ?
            """);
        row.Bind(place).Step();
        if (!into.Channels.TryGetValue(row.Text(0), out var channel))
        {
            into.Withdraw(LeftOuts.DeletedChannels);
            return;
        }

        var isRetracted = row.Time(9) < row.Time(6);
        into.Write(
            CopiedTables.Archive,
            into.Unique(row.Time(5), ref lastTime), BusId.NewSalt(), channel.Number, into.ActorNumber(row.OptionalText(1)), row.OptionalText(2), row.Text(3),
            into.OptionalObject(row.Text(4)), row.Time(6), into.ActorNumber(row.OptionalText(7)), row.OptionalTime(8), row.Time(9), isRetracted ? 1L : 0L,
            (long)StoredState.Normal);
    }

    private string? ReadMentions(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        var mentioned = document.RootElement.EnumerateArray()
            .Select(id => id.GetString()!)
            .Where(into.Actors.ContainsKey)
            .Select(id => new ActorReference(id, into.Actors[id].Name))
            .ToList();
        return mentioned.Count == 0 ? null : JsonSerializer.Serialize(mentioned, WireJsonContext.Default.IReadOnlyListActorReference);
    }
}
