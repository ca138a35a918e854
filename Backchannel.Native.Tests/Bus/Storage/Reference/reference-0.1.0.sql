-- The tables of a database of the reference server 0.1.0, by their names, columns and constraints, with what a small instance holds.
PRAGMA foreign_keys = ON;

CREATE TABLE channels (
    id TEXT PRIMARY KEY, owner_key_id TEXT, owner_id TEXT, name TEXT NOT NULL, mode TEXT NOT NULL, description TEXT NOT NULL DEFAULT '',
    metadata_schema TEXT NOT NULL DEFAULT '{}', pinned_message TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    access TEXT NOT NULL DEFAULT 'open', team_id TEXT, webhook_url TEXT, webhook_secret TEXT, ttl_seconds INTEGER NOT NULL DEFAULT 86400,
    retention_days INTEGER NOT NULL DEFAULT 7, max_messages INTEGER, max_writes_per_minute INTEGER, paused INTEGER NOT NULL DEFAULT 0,
    discoverable INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE channel_aliases (id TEXT PRIMARY KEY, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE, alias TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL);
CREATE TABLE channel_links (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    related_channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE, created_at TEXT NOT NULL
);
CREATE TABLE actors (
    id TEXT PRIMARY KEY, owner_key_id TEXT, owner_id TEXT, name TEXT NOT NULL, description TEXT NOT NULL DEFAULT '', metadata TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE actor_aliases (id TEXT PRIMARY KEY, actor_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE, alias TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL);
CREATE TABLE messages (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE, actor_id TEXT REFERENCES actors (id) ON DELETE SET NULL,
    actor_label TEXT, content TEXT NOT NULL, metadata TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    claimed_by_actor_id TEXT REFERENCES actors (id) ON DELETE SET NULL, claimed_at TEXT, depends_on TEXT, lease_token TEXT, lease_expires_at TEXT,
    claimed_by_key_id TEXT, mentions TEXT
);
CREATE TABLE message_events (
    id TEXT PRIMARY KEY, message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    actor_id TEXT REFERENCES actors (id) ON DELETE SET NULL, event_type TEXT NOT NULL, metadata TEXT NOT NULL DEFAULT '{}', occurred_at TEXT NOT NULL
);
CREATE INDEX idx_events_message_type_actor ON message_events (message_id, event_type, actor_id);
CREATE TABLE channel_invitations (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE, owner_id TEXT NOT NULL, created_by_key_id TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT
);
CREATE TABLE channel_members (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE, key_id TEXT NOT NULL, granted_at TEXT NOT NULL,
    granted_via_invitation_id TEXT, UNIQUE (channel_id, key_id)
);
CREATE TABLE channel_events (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE, event_type TEXT NOT NULL, actor_key_id TEXT NOT NULL,
    subject_key_id TEXT, invitation_id TEXT, metadata TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL, expires_at TEXT NOT NULL
);
CREATE TABLE channel_access_requests (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL, requester_key_id TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'pending',
    created_at TEXT NOT NULL, resolved_at TEXT, resolved_by_key_id TEXT
);
CREATE TABLE agent_webhooks (actor_id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE mention_rate (channel_id TEXT NOT NULL, actor_id TEXT NOT NULL, last_sent_at TEXT NOT NULL, PRIMARY KEY (channel_id, actor_id));
CREATE TABLE key_scopes (key_id TEXT PRIMARY KEY, scopes TEXT NOT NULL);
CREATE TABLE idempotency_cache (id TEXT PRIMARY KEY, response_status INTEGER NOT NULL, response_body TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE pending_webhooks (
    id TEXT PRIMARY KEY, channel_id TEXT NOT NULL, event_type TEXT NOT NULL, payload TEXT NOT NULL, webhook_url TEXT NOT NULL, webhook_secret TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at INTEGER NOT NULL, delivered_at INTEGER, created_at INTEGER NOT NULL
);
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, owner_key_id TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE TABLE api_keys (
    key_id TEXT PRIMARY KEY, key_hash TEXT NOT NULL, owner_id TEXT NOT NULL, agent_label TEXT, plan TEXT NOT NULL DEFAULT 'free', tier INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1, team_id TEXT, team_name TEXT, email TEXT, credit_balance_micros INTEGER NOT NULL DEFAULT 0, promoted_at TEXT,
    created_at TEXT NOT NULL, expires_at TEXT, last_used_at TEXT
);
CREATE TABLE security_audit (
    id TEXT PRIMARY KEY, occurred_at TEXT NOT NULL, actor_key_id TEXT, subject_key_id TEXT, event_type TEXT NOT NULL, remote_addr TEXT, detail TEXT
);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE audit_cleanup_runs (
    id TEXT PRIMARY KEY, started_at TEXT NOT NULL, finished_at TEXT, status TEXT NOT NULL, archived_messages INTEGER NOT NULL DEFAULT 0,
    purged_messages INTEGER NOT NULL DEFAULT 0, archived_invitations INTEGER NOT NULL DEFAULT 0, purged_invitations INTEGER NOT NULL DEFAULT 0,
    failure_message TEXT, archived_channel_events INTEGER NOT NULL DEFAULT 0, purged_channel_events INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE audit_channels (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES audit_cleanup_runs (id) ON DELETE CASCADE, live_channel_id TEXT NOT NULL, owner_id TEXT,
    created_by_key_id TEXT, snapshot_json TEXT NOT NULL, archived_at TEXT NOT NULL
);
CREATE TABLE audit_messages (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES audit_cleanup_runs (id) ON DELETE CASCADE, live_message_id TEXT NOT NULL, live_channel_id TEXT NOT NULL,
    owner_id TEXT, actor_id TEXT, actor_name TEXT, actor_label TEXT, content TEXT NOT NULL, metadata TEXT NOT NULL, created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL, claimed_by_actor_id TEXT, claimed_by_actor_name TEXT, claimed_at TEXT, channel_snapshot_json TEXT NOT NULL, archived_at TEXT NOT NULL
);
CREATE TABLE audit_message_events (
    id TEXT PRIMARY KEY, audit_message_id TEXT NOT NULL REFERENCES audit_messages (id) ON DELETE CASCADE, live_event_id TEXT NOT NULL, event_type TEXT NOT NULL,
    actor_id TEXT, actor_name TEXT, metadata TEXT NOT NULL, occurred_at TEXT NOT NULL
);
CREATE TABLE audit_channel_invitations (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL, live_invitation_id TEXT NOT NULL, live_channel_id TEXT NOT NULL, owner_id TEXT NOT NULL,
    created_by_key_id TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT, channel_snapshot_json TEXT NOT NULL, archived_at TEXT NOT NULL
);
CREATE TABLE audit_channel_events (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL, live_event_id TEXT NOT NULL, live_channel_id TEXT NOT NULL, event_type TEXT NOT NULL, actor_key_id TEXT NOT NULL,
    subject_key_id TEXT, invitation_id TEXT, metadata TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, archived_at TEXT NOT NULL
);

-- The raw keys are 'bck_ann.secret-of-ann', 'bck_ben.secret-of-ben' and so on.
INSERT INTO api_keys (key_id, key_hash, owner_id, agent_label, active, created_at, expires_at, last_used_at, email) VALUES
    ('bck_ann', 'HASH(bck_ann.secret-of-ann)', 'ann', 'ann', 1, '2026-05-01T08:00:00+00:00', NULL, '2026-05-04T02:00:00+00:00', NULL),
    ('bck_ben', 'HASH(bck_ben.secret-of-ben)', 'ben', 'ben', 1, '2026-05-01T08:00:00.000001+00:00', NULL, NULL, 'ben@example.org'),
    ('bck_old', 'HASH(bck_old.secret-of-old)', 'ann', 'ann', 0, '2026-04-01T08:00:00+00:00', NULL, NULL, NULL),
    ('bck_twin', 'HASH(bck_twin.secret-of-twin)', 'ann', 'ann', 1, '2026-05-01T08:00:00+00:00', NULL, NULL, NULL),
    ('bck_end', 'HASH(bck_end.secret-of-end)', 'guest', 'guest', 1, '2026-05-01T08:00:00+00:00', '2026-06-01T08:00:00+00:00', NULL, NULL),
    ('bck_odd', 'pbkdf2:600000:abc', 'odd', 'odd', 1, '2026-05-01T08:00:00+00:00', NULL, NULL, NULL);
INSERT INTO key_scopes VALUES ('bck_ben', '["messages:claim", "messages:read"]');
INSERT INTO actors (id, owner_key_id, owner_id, name, metadata, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-00000000000a', 'bck_ann', 'ann', 'ann', '{}', '2026-05-01T08:00:00+00:00', '2026-05-01T08:00:00+00:00'),
    ('00000000-0000-4000-8000-00000000000b', 'bck_ben', NULL, 'ben', '{"size": NaN}', '2026-05-01T08:00:00.000001+00:00', '2026-05-01T08:00:00.000001+00:00');
INSERT INTO actor_aliases VALUES ('x', '00000000-0000-4000-8000-00000000000b', 'benny', '2026-05-01T09:00:00+00:00');
INSERT INTO agent_webhooks VALUES ('00000000-0000-4000-8000-00000000000b', 'http://127.0.0.1:1/ben', 's', '2026-05-01T09:00:00+00:00', '2026-05-01T09:00:00+00:00');
INSERT INTO channels (id, owner_key_id, owner_id, name, mode, metadata_schema, created_at, updated_at, access, ttl_seconds, retention_days, discoverable, webhook_url) VALUES
    ('10000000-0000-4000-8000-00000000000a', 'bck_ann', 'ann', 'jobs', 'claimable', '{}', '2026-05-02T08:00:00+00:00', '2026-05-02T08:00:00+00:00', 'open', 604800, 7, 1, NULL),
    ('10000000-0000-4000-8000-00000000000b', 'bck_ann', 'ann', 'news', 'broadcast', '{"required": ["a"]}', '2026-05-02T08:00:00+00:00', '2026-05-02T08:00:00+00:00', 'open', 604800, 7, 1, NULL),
    ('10000000-0000-4000-8000-00000000000c', 'bck_ann', 'ann', 'hidden', 'claimable', '{}', '2026-05-02T09:00:00.5+00:00', '2026-05-02T09:00:00.5+00:00', 'restricted', 604800, 7, 0, 'http://127.0.0.1:1/hidden');
INSERT INTO channel_aliases VALUES ('x', '10000000-0000-4000-8000-00000000000a', 'work', '2026-05-02T08:00:00+00:00');
INSERT INTO channel_links VALUES
    ('x', '10000000-0000-4000-8000-00000000000a', '10000000-0000-4000-8000-00000000000b', '2026-05-02T08:00:00+00:00'),
    ('y', '10000000-0000-4000-8000-00000000000a', '10000000-0000-4000-8000-00000000000b', '2026-05-02T08:00:00+00:00');
INSERT INTO channel_members VALUES
    ('20000000-0000-4000-8000-00000000000a', '10000000-0000-4000-8000-00000000000c', 'bck_ann', '2026-05-02T09:00:00.5+00:00', NULL),
    ('20000000-0000-4000-8000-00000000000b', '10000000-0000-4000-8000-00000000000c', 'bck_ben', '2026-05-03T23:00:00+00:00', 'an-invitation-of-24-chars');
INSERT INTO channel_invitations VALUES
    ('an-invitation-of-24-chars', '10000000-0000-4000-8000-00000000000c', 'ann', 'bck_ann', '2026-05-03T22:00:00+00:00', '2026-05-04T22:00:00+00:00', NULL);
INSERT INTO channel_events VALUES
    ('30000000-0000-4000-8000-00000000000a', '10000000-0000-4000-8000-00000000000c', 'invitation_resolved', 'bck_ben', 'bck_ben', 'an-invitation-of-24-chars', '{}', '2026-05-03T23:00:00+00:00', '2026-05-04T23:00:00+00:00'),
    ('30000000-0000-4000-8000-00000000000b', '10000000-0000-4000-8000-00000000000c', 'member_added', 'bck_ann', 'bck_ben', NULL, '{}', '2026-05-03T23:00:00+00:00', '2026-05-04T23:00:00+00:00');
INSERT INTO channel_access_requests VALUES
    ('40000000-0000-4000-8000-00000000000a', '10000000-0000-4000-8000-00000000000c', 'bck_end', 'please', 'pending', '2026-05-03T23:00:00+00:00', NULL, NULL),
    ('40000000-0000-4000-8000-00000000000b', 'a-deleted-channel', 'bck_end', '', 'pending', '2026-05-03T23:00:00+00:00', NULL, NULL);
-- Two of one time; held; held under a lease; done; released with the rest of a lease.
INSERT INTO messages (id, channel_id, actor_id, actor_label, content, metadata, created_at, expires_at, claimed_by_actor_id, claimed_at, lease_token, lease_expires_at, claimed_by_key_id, mentions) VALUES
    ('m1', '10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', NULL, 'one', '{"n": 1.0}', '2026-05-03T08:00:00.000001+00:00', '2026-05-10T08:00:00.000001+00:00', NULL, NULL, NULL, NULL, NULL, '["00000000-0000-4000-8000-00000000000b"]'),
    ('m2', '10000000-0000-4000-8000-00000000000a', NULL, 'somebody', 'two', '{}', '2026-05-03T08:00:00.000001+00:00', '2026-05-10T08:00:00.000001+00:00', NULL, NULL, NULL, NULL, NULL, NULL),
    ('m3', '10000000-0000-4000-8000-00000000000a', NULL, NULL, 'held', '{}', '2026-05-03T09:00:00+00:00', '2026-05-10T09:00:00+00:00', '00000000-0000-4000-8000-00000000000b', '2026-05-03T09:30:00+00:00', NULL, NULL, 'bck_ben', NULL),
    ('m4', '10000000-0000-4000-8000-00000000000a', NULL, NULL, 'leased', '{}', '2026-05-03T10:00:00+00:00', '2026-05-10T10:00:00+00:00', '00000000-0000-4000-8000-00000000000b', '2026-05-04T03:00:00+00:00', 'a-token', '2026-05-04T03:30:00+00:00', 'bck_ben', NULL),
    ('m5', '10000000-0000-4000-8000-00000000000a', NULL, NULL, 'done', '{"x": Infinity}', '2026-05-03T11:00:00+00:00', '2026-05-10T11:00:00+00:00', '00000000-0000-4000-8000-00000000000b', '2026-05-03T12:00:00+00:00', NULL, NULL, 'bck_ben', NULL),
    ('m6', '10000000-0000-4000-8000-00000000000a', NULL, NULL, 'released', '{}', '2026-05-03T12:00:00+00:00', '2026-05-10T12:00:00+00:00', NULL, NULL, 'another-token', '2026-05-04T04:00:00+00:00', NULL, NULL),
    ('m7', '10000000-0000-4000-8000-00000000000b', NULL, NULL, 'read', '{"a": 1}', '2026-05-03T13:00:00+00:00', '2026-05-10T13:00:00+00:00', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO message_events VALUES
    ('e1', 'm5', '10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 'claim', '{}', '2026-05-03T12:00:00+00:00'),
    ('e2', 'm5', '10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 'ack', '{"good": true}', '2026-05-03T12:00:02+00:00'),
    ('e3', 'm5', '10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 'ack', '{}', '2026-05-03T12:00:02.000001+00:00'),
    ('e4', 'm7', '10000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000a', 'ack', '{}', '2026-05-03T14:00:00+00:00');
INSERT INTO audit_cleanup_runs (id, started_at, status) VALUES ('run', '2026-05-03T15:00:00+00:00', 'completed');
INSERT INTO audit_messages (id, run_id, live_message_id, live_channel_id, owner_id, actor_id, actor_name, content, metadata, created_at, expires_at, channel_snapshot_json, archived_at) VALUES
    ('a1', 'run', 'm0', '10000000-0000-4000-8000-00000000000a', 'ann', '00000000-0000-4000-8000-00000000000a', 'ann', 'taken back', '{}', '2026-05-03T08:00:00.000001+00:00', '2026-05-10T08:00:00.000001+00:00', '{}', '2026-05-03T15:00:00+00:00'),
    ('a2', 'run', 'm9', 'a-deleted-channel', 'ann', NULL, NULL, 'nobody can read this', '{}', '2026-05-02T08:00:00+00:00', '2026-05-03T08:00:00+00:00', '{}', '2026-05-03T15:00:00+00:00');
INSERT INTO sessions VALUES ('50000000-0000-4000-8000-00000000000a', 'bck_ann', 's', '{"step": 1}', '2026-05-03T20:00:00+00:00', '2026-05-03T20:00:00+00:00', '2026-05-04T20:00:00+00:00');
INSERT INTO idempotency_cache VALUES ('bck_ann:k', 201, '{}', '2026-05-04T02:00:00+00:00', '2026-05-05T02:00:00+00:00');
INSERT INTO pending_webhooks VALUES
    ('w1', '10000000-0000-4000-8000-00000000000c', 'message.created', '{"message": {"content": "waits"}}', 'URL', 'secret', 1, 1777863000, NULL, 1777860000),
    ('w2', '10000000-0000-4000-8000-00000000000c', 'message.created', '{"message": {"content": "was sent"}}', 'URL', NULL, 1, 1777860000, 1777860001, 1777860000),
    ('w3', '10000000-0000-4000-8000-00000000000c', 'message.created', '{"message": {"content": "was given up"}}', 'URL', NULL, 5, 1777860000, NULL, 1777860000);
INSERT INTO mention_rate VALUES ('10000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', '2026-05-03T08:00:00.000001+00:00');
INSERT INTO security_audit VALUES ('60000000-0000-4000-8000-00000000000a', '2026-05-01T08:00:00+00:00', NULL, 'bck_ann', 'key.issue', '127.0.0.1', '{"agent_label": "ann"}');
INSERT INTO settings VALUES ('public_minting_enabled', 'false');
