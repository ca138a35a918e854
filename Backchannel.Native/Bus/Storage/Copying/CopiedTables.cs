namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>All tables of the newest schema. A migration that adds a table or a column adds it here, which a test demands.</summary>
internal static class CopiedTables
{
    /// <summary>A part of a file has up to 256 KiB.</summary>
    private const int PageOfParts = 8;

    public static readonly CopiedTable Keys = new(
        "keys", "key_id", "key_id:text, hash:blob, owner_id:text, active, scopes:text, created_at");

    public static readonly CopiedTable Actors = new(
        "actors", "number",
        "number, id:text, owner_id:text, created_by_key_id:text, name:text, description:text, metadata:text, created_at, updated_at");

    public static readonly CopiedTable ActorAliases = new("actor_aliases", "alias", "alias:text, actor");

    public static readonly CopiedTable Channels = new(
        "channels", "number",
        """
        number, id:text, owner_id:text, created_by_key_id:text, name:text, mode:text, access:text, discoverable, description:text,
        metadata_schema:text, pinned_message:text, webhook_url:text, webhook_secret:text, ttl_seconds, retention_days, max_messages,
        max_writes_per_minute, paused, created_at, updated_at, max_attempts, webhook_events:text
        """);

    public static readonly CopiedTable ChannelAliases = new("channel_aliases", "alias", "alias:text, channel");

    public static readonly CopiedTable RelatedChannels = new("related_channels", "channel, related", "channel, related");

    public static readonly CopiedTable ChannelCounts = new(
        "channel_counts", "channel",
        "channel, messages, held, acked, timed_acks, claim_to_ack, longest_life, shortest_life, last_claim_at");

    public static readonly CopiedTable Members = new(
        "members", "channel, key_id", "channel, key_id:text, id:text, granted_at, granted_via_invitation_id:text");

    public static readonly CopiedTable AccessRequests = new(
        "access_requests", "number", "number, id:text, channel, requester_key_id:text, reason:text, status:text, created_at");

    public static readonly CopiedTable Invitations = new(
        "invitations", "id", "id:text, channel, owner_id:text, created_by_key_id:text, created_at, expires_at, revoked_at");

    public static readonly CopiedTable Events = new(
        "events", "created_at",
        "created_at, id:text, channel, event_type:text, actor_key_id:text, subject_key_id:text, invitation_id:text, expires_at");

    public static readonly CopiedTable Messages = new(
        "messages", "created_at",
        """
        created_at, salt, channel, actor, actor_label:text, content:text, metadata:text, mentions:text, expires_at, holder,
        claimed_by_key_id:text, claimed_at, claim_metadata:text, lease_salt, lease_expires_at, acked, deliveries, version, posted_at,
        claim_session:text, state, priority, posted_by_key_id:text, lease_lengthened, reply_to:text, thread:text, named, handed_out
        """);

    public static readonly CopiedTable Acks = new("acks", "message, actor", "message, actor, occurred_at, metadata:text");

    public static readonly CopiedTable Archive = new(
        "archive", "created_at",
        """
        created_at, salt, channel, actor, actor_label:text, content:text, metadata:text, expires_at, holder, claimed_at, archived_at,
        retracted, state
        """);

    public static readonly CopiedTable Audit = new(
        "audit", "number",
        "number, id:text, occurred_at, actor_key_id:text, subject_key_id:text, event_type:text, remote_addr:text, detail:text");

    public static readonly CopiedTable Sessions = new(
        "sessions", "number", "number, id:text, key_id:text, name:text, state:text, created_at, updated_at, expires_at");

    public static readonly CopiedTable ActorWebhooks = new("actor_webhooks", "actor", "actor, url:text, secret:text, updated_at");

    public static readonly CopiedTable WebhookQueue = new(
        "webhook_queue", "number", "number, url:text, secret:text, body:blob, attempts, due_at, taken_until");

    public static readonly CopiedTable MentionsTold = new("mentions_told", "channel, actor", "channel, actor, told_at");

    /// <summary>Each database has its own mark of the release that made it.</summary>
    public static readonly CopiedTable Settings = new(
        "settings", "name", "name:text", condition: $"name NOT LIKE '{ReleaseMark.Start}%'");

    /// <summary>In the order in which they are copied.</summary>
    public static IReadOnlyList<CopiedTable> All { get; } =
    [
        Keys, Actors, ActorAliases, Channels, ChannelAliases, RelatedChannels, ChannelCounts, Members, AccessRequests, Invitations, Events,
        Messages,
        new("tasks", "message",
            "message, max_attempts, attempts, ended_attempts, not_before, ready_at, pending, ended_at, reason:text, ended_by, ended_by_key_id:text"),
        new("attempts", "message, number", "message, number, actor, started_at, ended_at, outcome:text, reason:text"),
        new("dependencies", "message, prerequisite", "message, prerequisite, prerequisite_id:text, met"),
        new("notes", "created_at",
            "created_at, salt, message, kind:text, text:text, percent, actor, actor_label:text, key_id:text, question, closed_at, closed:text"),
        new("traces", "message", "message, traceparent:text"),
        Acks, Archive,
        new("answers", "stored_at", "stored_at, digest, operation, status, body:blob, deliveries, whole_digest"),
        new("claim_keys", "stored_at", "stored_at, digest, message, lease_salt, whole_digest"),
        new("files", "number", "number, sha256:text, bytes"),
        new("file_parts", "file, part", "file, part, content:blob", PageOfParts),
        new("uploads", "key_id, file", "key_id:text, file, uploaded_at"),
        new("message_files", "message, position", "message, position, file, name:text, media_type:text, key_id:text"),
        Audit, Sessions, ActorWebhooks, WebhookQueue, MentionsTold,
        new("minutes", "channel, minute", "channel, minute, posted, acked"),
        new("removed_channels", "channel", "channel"),
        new("crowded_channels", "channel", "channel"),
        Settings,
    ];
}
