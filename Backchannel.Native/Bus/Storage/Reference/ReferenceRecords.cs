using System.Text;
using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Imports sessions, and the webhook events that wait.</summary>
internal sealed class ReferenceRecords(ISqlConnection source, ImportTarget into)
{
    public void Import()
    {
        ImportSessions();
        ImportEvents();
    }

    private void ImportSessions()
    {
        using var sessions = source.Prepare("SELECT id, owner_key_id, name, state, created_at, updated_at, expires_at FROM sessions ORDER BY created_at, rowid");
        while (sessions.Step())
        {
            into.Write(
                CopiedTables.Sessions,
                into.Rows(CopiedTables.Sessions) + 1, sessions.Text(0), sessions.Text(1), sessions.Text(2), into.Object(sessions.Text(3)), sessions.Time(4),
                sessions.Time(5), sessions.Time(6));
        }
    }

    private void ImportEvents()
    {
        using (var events = source.Prepare(
            """
            SELECT webhook_url, webhook_secret, payload, attempts, next_attempt_at FROM pending_webhooks
            WHERE delivered_at IS NULL AND attempts < 5 ORDER BY next_attempt_at, rowid
            """))
        {
            while (events.Step())
            {
                into.Write(
                    CopiedTables.WebhookQueue,
                    into.Rows(CopiedTables.WebhookQueue) + 1, events.Text(0), events.OptionalText(1), Encoding.UTF8.GetBytes(events.Text(2)),
                    events.Integer(3), events.Integer(4) * Instant.PerSecond, null);
            }
        }

        using var told = source.Prepare("SELECT channel_id, actor_id, last_sent_at FROM mention_rate");
        while (told.Step())
        {
            if (into.Channels.TryGetValue(told.Text(0), out var channel) && into.ActorNumber(told.Text(1)) is { } actor)
            {
                into.Write(CopiedTables.MentionsTold, channel.Number, actor, told.Time(2));
            }
        }
    }
}
