-- Times are microseconds since 1970, UTC. Rows of one table refer to rows of another by number, never by their public id.

CREATE TABLE keys (
    key_id TEXT PRIMARY KEY,
    hash BLOB NOT NULL,
    owner_id TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1,
    scopes TEXT,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- A label has at most one active key, also when several ask for it at once.
CREATE UNIQUE INDEX keys_by_label ON keys (owner_id) WHERE active = 1;

CREATE TABLE actors (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner_id TEXT NOT NULL,
    created_by_key_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE INDEX actors_by_name ON actors (owner_id, name);

CREATE TABLE actor_aliases (
    alias TEXT PRIMARY KEY,
    actor INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX actor_aliases_by_actor ON actor_aliases (actor);

CREATE TABLE channels (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner_id TEXT NOT NULL,
    created_by_key_id TEXT NOT NULL,
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    access TEXT NOT NULL,
    discoverable INTEGER NOT NULL,
    description TEXT NOT NULL,
    metadata_schema TEXT NOT NULL,
    pinned_message TEXT,
    webhook_url TEXT,
    webhook_secret TEXT,
    ttl_seconds INTEGER NOT NULL,
    retention_days INTEGER NOT NULL,
    max_messages INTEGER,
    max_writes_per_minute INTEGER,
    paused INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE INDEX channels_by_name ON channels (owner_id, name);
CREATE UNIQUE INDEX channels_discoverable ON channels (created_at) WHERE discoverable = 1;

CREATE TABLE channel_aliases (
    alias TEXT PRIMARY KEY,
    channel INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX channel_aliases_by_channel ON channel_aliases (channel);

CREATE TABLE related_channels (
    channel INTEGER NOT NULL,
    related INTEGER NOT NULL,
    PRIMARY KEY (channel, related)
) WITHOUT ROWID;

CREATE INDEX related_channels_by_related ON related_channels (related);

CREATE TABLE members (
    channel INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    id TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    granted_via_invitation_id TEXT,
    PRIMARY KEY (channel, key_id)
) WITHOUT ROWID;

CREATE TABLE access_requests (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel INTEGER NOT NULL,
    requester_key_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE INDEX access_requests_pending ON access_requests (channel, requester_key_id) WHERE status = 'pending';

CREATE TABLE events (
    created_at INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    channel INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    actor_key_id TEXT NOT NULL,
    subject_key_id TEXT,
    invitation_id TEXT
);

CREATE INDEX events_by_channel ON events (channel);

-- created_at is unique on the instance and grows with every commit: it is the sequence, the cursor and, with salt, the id.
CREATE TABLE messages (
    created_at INTEGER PRIMARY KEY AUTOINCREMENT,
    salt INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    actor INTEGER,
    actor_label TEXT,
    content TEXT NOT NULL,
    metadata TEXT,
    mentions TEXT,
    expires_at INTEGER NOT NULL,
    holder INTEGER,
    claimed_by_key_id TEXT,
    claimed_at INTEGER,
    claim_metadata TEXT,
    lease_salt INTEGER,
    lease_expires_at INTEGER,
    acked INTEGER NOT NULL DEFAULT 0,
    -- How often it was taken.
    deliveries INTEGER NOT NULL DEFAULT 0,
    -- Grows with every claim, release and ack.
    version INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX messages_by_channel ON messages (channel);
CREATE INDEX messages_free ON messages (channel) WHERE holder IS NULL;
CREATE INDEX messages_held ON messages (channel) WHERE holder IS NOT NULL;
CREATE INDEX messages_leased ON messages (lease_expires_at) WHERE lease_expires_at IS NOT NULL AND acked = 0;

CREATE TABLE acks (
    message INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    metadata TEXT,
    PRIMARY KEY (message, actor)
) WITHOUT ROWID;

CREATE TABLE archive (
    created_at INTEGER PRIMARY KEY,
    salt INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    actor INTEGER,
    actor_label TEXT,
    content TEXT NOT NULL,
    metadata TEXT,
    expires_at INTEGER NOT NULL,
    holder INTEGER,
    claimed_at INTEGER,
    archived_at INTEGER NOT NULL,
    retracted INTEGER NOT NULL
);

CREATE INDEX archive_by_channel ON archive (channel);

-- Answers kept for idempotency. digest: 64 bits of SHA-256 over calling key and idempotency key; operation: the same of method and path.
CREATE TABLE answers (
    stored_at INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    deliveries INTEGER
);

CREATE INDEX answers_by_digest ON answers (digest);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    actor_key_id TEXT,
    subject_key_id TEXT,
    event_type TEXT NOT NULL,
    remote_addr TEXT,
    detail TEXT NOT NULL
);

CREATE INDEX audit_by_subject ON audit (subject_key_id);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    channel INTEGER NOT NULL,
    owner_id TEXT NOT NULL,
    created_by_key_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) WITHOUT ROWID;

CREATE INDEX invitations_by_channel ON invitations (channel);

CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key_id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE INDEX sessions_by_key ON sessions (key_id);

CREATE TABLE actor_webhooks (
    actor INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT,
    updated_at INTEGER NOT NULL
);

-- Events that have not been delivered. taken: somebody is sending it.
CREATE TABLE webhook_queue (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    secret TEXT,
    body BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX webhook_queue_due ON webhook_queue (due_at) WHERE taken = 0;
CREATE INDEX webhook_queue_taken ON webhook_queue (number) WHERE taken = 1;

-- When an actor was last told of a channel that mentions it.
CREATE TABLE mentions_told (
    channel INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (channel, actor)
) WITHOUT ROWID;

-- Switches that are not as they are by default.
CREATE TABLE settings (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
