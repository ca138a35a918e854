using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Imports channels, their names and relations, and who may come in.</summary>
internal sealed class ReferenceChannels(ISqlConnection source, ImportTarget into)
{
    private long lastDiscoverable;
    private long lastEvent;

    public void Import()
    {
        ImportChannels();
        ImportNames();
        ImportMembers();
        ImportAccess();
    }

    private void ImportChannels()
    {
        using var channels = source.Prepare(
            """
            SELECT c.id, coalesce(c.owner_id, k.owner_id, ''), coalesce(c.owner_key_id, ''), c.name, c.mode, c.access, c.discoverable, c.description,
                c.metadata_schema, c.pinned_message, c.webhook_url, c.webhook_secret, c.ttl_seconds, c.retention_days, c.max_messages,
                c.max_writes_per_minute, c.paused, c.created_at, c.updated_at
            FROM channels c LEFT JOIN api_keys k ON k.key_id = c.owner_key_id ORDER BY c.created_at, c.rowid
            """);
        while (channels.Step())
        {
            var channel = new ImportedChannel(into.Rows(CopiedTables.Channels) + 1, channels.Integer(12) * Instant.PerSecond);
            into.Channels.Add(channels.Text(0), channel);
            // The list of discoverable channels goes by unique times.
            var createdAt = channels.Flag(6) ? into.Unique(channels.Time(17), ref lastDiscoverable) : channels.Time(17);
            into.Write(
                CopiedTables.Channels,
                channel.Number, channels.Text(0), channels.Text(1), channels.Text(2), channels.Text(3), channels.Text(4), channels.Text(5),
                channels.Flag(6) ? 1L : 0L, channels.Text(7), into.Object(channels.Text(8)), channels.OptionalText(9), channels.OptionalText(10),
                channels.OptionalText(11), channels.Integer(12), channels.Integer(13), channels.OptionalInteger(14), channels.OptionalInteger(15),
                channels.Flag(16) ? 1L : 0L, createdAt, channels.Time(18), null, null);
        }
    }

    private void ImportNames()
    {
        using (var aliases = source.Prepare("SELECT alias, channel_id FROM channel_aliases ORDER BY alias"))
        {
            while (aliases.Step())
            {
                into.Write(CopiedTables.ChannelAliases, aliases.Text(0), into.Channel(aliases.Text(1)).Number);
            }
        }

        // The reference server stores a repeated relation twice.
        using var links = source.Prepare("SELECT DISTINCT channel_id, related_channel_id FROM channel_links WHERE channel_id <> related_channel_id");
        while (links.Step())
        {
            into.Write(CopiedTables.RelatedChannels, into.Channel(links.Text(0)).Number, into.Channel(links.Text(1)).Number);
        }
    }

    private void ImportMembers()
    {
        using (var members = source.Prepare("SELECT channel_id, key_id, id, granted_at, granted_via_invitation_id FROM channel_members ORDER BY granted_at, id"))
        {
            while (members.Step())
            {
                into.Write(
                    CopiedTables.Members,
                    into.Channel(members.Text(0)).Number, members.Text(1), members.Text(2), members.Time(3), members.OptionalText(4));
            }
        }

        using var events = source.Prepare(
            "SELECT id, channel_id, event_type, actor_key_id, subject_key_id, invitation_id, created_at, expires_at FROM channel_events ORDER BY created_at, rowid");
        while (events.Step())
        {
            into.Write(
                CopiedTables.Events,
                into.Unique(events.Time(6), ref lastEvent), events.Text(0), into.Channel(events.Text(1)).Number, events.Text(2), events.Text(3),
                events.OptionalText(4), events.OptionalText(5), events.Time(7));
        }
    }

    private void ImportAccess()
    {
        using (var invitations = source.Prepare(
            "SELECT id, channel_id, owner_id, created_by_key_id, created_at, expires_at, revoked_at FROM channel_invitations ORDER BY created_at, id"))
        {
            while (invitations.Step())
            {
                into.Write(
                    CopiedTables.Invitations,
                    invitations.Text(0), into.Channel(invitations.Text(1)).Number, invitations.Text(2), invitations.Text(3), invitations.Time(4),
                    invitations.Time(5), invitations.OptionalTime(6));
            }
        }

        using var requests = source.Prepare(
            "SELECT id, channel_id, requester_key_id, reason, status, created_at FROM channel_access_requests ORDER BY created_at, rowid");
        while (requests.Step())
        {
            if (!into.Channels.TryGetValue(requests.Text(1), out var channel))
            {
                into.Withdraw(LeftOuts.DeletedChannels);
                continue;
            }

            into.Write(
                CopiedTables.AccessRequests,
                into.Rows(CopiedTables.AccessRequests) + 1, requests.Text(0), channel.Number, requests.Text(2), requests.Text(3), requests.Text(4), requests.Time(5));
        }
    }
}
