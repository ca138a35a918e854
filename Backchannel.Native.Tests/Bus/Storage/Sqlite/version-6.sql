-- A database of schema 6, as the release before schema 7 wrote it: six tasks of which one is acknowledged with a result, one held by a session under a
-- claim by key, with an open question, one open, one waiting for that one, one failed and one cancelled. Dumped as text.
BEGIN TRANSACTION;
CREATE TABLE keys (
    key_id TEXT PRIMARY KEY,
    hash BLOB NOT NULL,
    owner_id TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1,
    scopes TEXT,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO keys VALUES('bck_1k1DMOKAh-jo',X'b39758e5ea3cea30233bb871b9ce572713295e55ba70c3d4fe058aef1c40fa37','six',1,NULL,1795688971665444);
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
INSERT INTO actors VALUES(1,'01a21767-3d91-41bc-8217-07bac666d1bb','six','bck_1k1DMOKAh-jo','six','','{}',1795688971665444,1795688971665444);
INSERT INTO actors VALUES(2,'01a21767-3e04-430a-85be-4f13ea4e5c5c','six','bck_1k1DMOKAh-jo','worker','','{}',1795688971780778,1795688971780778);
CREATE TABLE actor_aliases (
    alias TEXT PRIMARY KEY,
    actor INTEGER NOT NULL
) WITHOUT ROWID;
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
, max_attempts INTEGER, webhook_events TEXT);
INSERT INTO channels VALUES(1,'01a21767-3dc6-4315-bb01-8cc530c52bcc','six','bck_1k1DMOKAh-jo','jobs','claimable','open',1,'','{}',NULL,NULL,NULL,86400,7,NULL,NULL,0,1795688971718789,1795688971718789,NULL,NULL);
INSERT INTO channels VALUES(2,'01a21767-3dca-42da-aa89-fad0947c8eb6','six','bck_1k1DMOKAh-jo','news','broadcast','open',1,'','{}',NULL,NULL,NULL,86400,7,NULL,NULL,0,1795688971722730,1795688971722730,NULL,NULL);
INSERT INTO channels VALUES(3,'01a21767-3e3c-40d7-84c1-55ba1cfc0c3a','six','bck_1k1DMOKAh-jo','result-of-01a21767-3dd3-4055-a413-9415598e7088','broadcast','open',0,'','{}',NULL,NULL,NULL,86400,7,NULL,NULL,0,1795688971836215,1795688971836215,NULL,NULL);
CREATE TABLE channel_aliases (
    alias TEXT PRIMARY KEY,
    channel INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO channel_aliases VALUES('result-of-01a21767-3dd3-4055-a413-9415598e7088',3);
CREATE TABLE related_channels (
    channel INTEGER NOT NULL,
    related INTEGER NOT NULL,
    PRIMARY KEY (channel, related)
) WITHOUT ROWID;
CREATE TABLE members (
    channel INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    id TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    granted_via_invitation_id TEXT,
    PRIMARY KEY (channel, key_id)
) WITHOUT ROWID;
INSERT INTO members VALUES(1,'bck_1k1DMOKAh-jo','01a21767-3dc6-4315-addd-011cf5e7a61b',1795688971718789,NULL);
INSERT INTO members VALUES(2,'bck_1k1DMOKAh-jo','01a21767-3dca-42da-b4ed-f436cc43bf3e',1795688971722730,NULL);
INSERT INTO members VALUES(3,'bck_1k1DMOKAh-jo','01a21767-3e3c-40d7-9f81-56f282dd841b',1795688971836215,NULL);
CREATE TABLE access_requests (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel INTEGER NOT NULL,
    requester_key_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE events (
    created_at INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    channel INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    actor_key_id TEXT NOT NULL,
    subject_key_id TEXT,
    invitation_id TEXT
, expires_at INTEGER NOT NULL DEFAULT 0);
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
, posted_at INTEGER, claim_session TEXT, state INTEGER NOT NULL DEFAULT 0, priority INTEGER NOT NULL DEFAULT 5, posted_by_key_id TEXT, lease_lengthened INTEGER NOT NULL DEFAULT 0, reply_to TEXT, thread TEXT, named INTEGER NOT NULL DEFAULT 0, handed_out INTEGER NOT NULL DEFAULT 0);
INSERT INTO messages VALUES(1795688971731085,2599584229340639368,1,NULL,NULL,'task 1',NULL,NULL,1795775371731085,2,'bck_1k1DMOKAh-jo',1795688971796928,NULL,865343530514279993,1795692571796928,1,1,2,NULL,'201067fc71d84a85b54eae3396eaada4fea5b56f6d891262fd5642d4e1c78f59',0,5,'bck_1k1DMOKAh-jo',0,NULL,NULL,0,0);
INSERT INTO messages VALUES(1795688971757294,1750790080278763577,1,NULL,NULL,'task 2',NULL,NULL,1795775371757294,2,'bck_1k1DMOKAh-jo',1795688971780778,NULL,728958820901705360,1795692571780778,0,1,2,NULL,'201067fc71d84a85b54eae3396eaada4fea5b56f6d891262fd5642d4e1c78f59',0,9,'bck_1k1DMOKAh-jo',0,NULL,NULL,33,0);
INSERT INTO messages VALUES(1795688971765083,2421398196657878604,1,NULL,NULL,'task 3',NULL,NULL,1795775371765083,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,2,'bck_1k1DMOKAh-jo',0,NULL,NULL,33,0);
INSERT INTO messages VALUES(1795688971768983,3460358346006612687,1,NULL,NULL,'task 4',NULL,NULL,1795775371768983,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,1,5,'bck_1k1DMOKAh-jo',0,NULL,NULL,40,0);
INSERT INTO messages VALUES(1795688971772015,1425158499975239952,1,NULL,NULL,'task 5',NULL,NULL,1795775371772015,NULL,NULL,NULL,NULL,1975895984727186221,NULL,0,1,2,NULL,NULL,2,5,'bck_1k1DMOKAh-jo',0,NULL,NULL,34,0);
INSERT INTO messages VALUES(1795688971777076,4031127921972285084,1,NULL,NULL,'task 6',NULL,NULL,1795775371777076,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1,NULL,NULL,3,5,'bck_1k1DMOKAh-jo',0,NULL,NULL,32,0);
INSERT INTO messages VALUES(1795688971836279,1149000584044248632,3,2,'worker','done',NULL,NULL,1795775371836279,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,5,'bck_1k1DMOKAh-jo',0,NULL,NULL,0,0);
INSERT INTO messages VALUES(1795688971847601,1881596631163459794,2,NULL,NULL,'hello',NULL,NULL,1795775371847601,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,5,'bck_1k1DMOKAh-jo',0,NULL,NULL,0,0);
CREATE TABLE acks (
    message INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    metadata TEXT,
    PRIMARY KEY (message, actor)
) WITHOUT ROWID;
INSERT INTO acks VALUES(1795688971731085,2,1795688971835872,NULL);
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
, state INTEGER NOT NULL DEFAULT 0);
CREATE TABLE answers (
    stored_at INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    deliveries INTEGER
);
INSERT INTO answers VALUES(1795688971719432,7634389514362716669,-1368015466399946443,201,X'7b226964223a2230316132313736372d336463362d343331352d626230312d386363353330633532626363222c226f776e65725f6964223a22736978222c22637265617465645f62795f6b65795f6964223a2262636b5f316b31444d4f4b41682d6a6f222c226e616d65223a226a6f6273222c226d6f6465223a22636c61696d61626c65222c22616363657373223a226f70656e222c22646973636f76657261626c65223a747275652c226465736372697074696f6e223a22222c226d657461646174615f736368656d61223a7b7d2c2270696e6e65645f6d657373616765223a6e756c6c2c2274746c5f7365636f6e6473223a38363430302c22726574656e74696f6e5f64617973223a372c226d61785f6d65737361676573223a6e756c6c2c226d61785f7772697465735f7065725f6d696e757465223a6e756c6c2c22706175736564223a66616c73652c22616c6961736573223a5b5d2c2272656c617465645f6368616e6e656c73223a5b5d2c22637265617465645f6174223a22323032362d31312d32365431303a32393a33312e3731383738392b30303a3030222c22757064617465645f6174223a22323032362d31312d32365431303a32393a33312e3731383738392b30303a3030227d',NULL);
INSERT INTO answers VALUES(1795688971722910,-3882869584832793892,-1368015466399946443,201,X'7b226964223a2230316132313736372d336463612d343264612d616138392d666164303934376338656236222c226f776e65725f6964223a22736978222c22637265617465645f62795f6b65795f6964223a2262636b5f316b31444d4f4b41682d6a6f222c226e616d65223a226e657773222c226d6f6465223a2262726f616463617374222c22616363657373223a226f70656e222c22646973636f76657261626c65223a747275652c226465736372697074696f6e223a22222c226d657461646174615f736368656d61223a7b7d2c2270696e6e65645f6d657373616765223a6e756c6c2c2274746c5f7365636f6e6473223a38363430302c22726574656e74696f6e5f64617973223a372c226d61785f6d65737361676573223a6e756c6c2c226d61785f7772697465735f7065725f6d696e757465223a6e756c6c2c22706175736564223a66616c73652c22616c6961736573223a5b5d2c2272656c617465645f6368616e6e656c73223a5b5d2c22637265617465645f6174223a22323032362d31312d32365431303a32393a33312e3732323733302b30303a3030222c22757064617465645f6174223a22323032362d31312d32365431303a32393a33312e3732323733302b30303a3030227d',NULL);
INSERT INTO answers VALUES(1795688971731736,-8240332443146708370,-818342772821703280,201,X'7b226d657373616765223a7b226964223a2230316132313736372d336464332d343035352d613431332d393431353539386537303838222c226368616e6e656c5f6964223a2230316132313736372d336463362d343331352d626230312d386363353330633532626363222c226163746f72223a6e756c6c2c226163746f725f6c6162656c223a6e756c6c2c22636f6e74656e74223a227461736b2031222c226d65746164617461223a7b7d2c22637265617465645f6174223a22323032362d31312d32365431303a32393a33312e3733313038352b30303a3030222c22657870697265735f6174223a22323032362d31312d32375431303a32393a33312e3733313038352b30303a3030222c22636c61696d65645f6279223a6e756c6c2c22636c61696d65645f62795f6b65795f6964223a6e756c6c2c22636c61696d65645f6174223a6e756c6c2c226d656e74696f6e73223a5b5d2c2261636b6e6f776c65646765645f6279223a5b5d2c22616374697665223a747275657d2c226e6578745f637572736f72223a22323032362d31312d32365431303a32393a33312e3733313038352b30303a3030227d',NULL);
INSERT INTO answers VALUES(1795688971847672,4129229047270424040,-2792446892575807030,201,X'7b226d657373616765223a7b226964223a2230316132313736372d336534372d343235392d396131632d633632616262313164386432222c226368616e6e656c5f6964223a2230316132313736372d336463612d343264612d616138392d666164303934376338656236222c226163746f72223a6e756c6c2c226163746f725f6c6162656c223a6e756c6c2c22636f6e74656e74223a2268656c6c6f222c226d65746164617461223a7b7d2c22637265617465645f6174223a22323032362d31312d32365431303a32393a33312e3834373630312b30303a3030222c22657870697265735f6174223a22323032362d31312d32375431303a32393a33312e3834373630312b30303a3030222c22636c61696d65645f6279223a6e756c6c2c22636c61696d65645f62795f6b65795f6964223a6e756c6c2c22636c61696d65645f6174223a6e756c6c2c226d656e74696f6e73223a5b5d2c2261636b6e6f776c65646765645f6279223a5b5d2c22616374697665223a747275657d2c226e6578745f637572736f72223a22323032362d31312d32365431303a32393a33312e3834373630312b30303a3030227d',NULL);
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
INSERT INTO audit VALUES(1,'01a21767-3d91-41bc-a1a1-3e6d044e2ea2',1795688971665444,NULL,'bck_1k1DMOKAh-jo','key.issue','127.0.0.1','{"agent_label":"six"}');
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    channel INTEGER NOT NULL,
    owner_id TEXT NOT NULL,
    created_by_key_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) WITHOUT ROWID;
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
CREATE TABLE actor_webhooks (
    actor INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT,
    updated_at INTEGER NOT NULL
);
CREATE TABLE webhook_queue (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    secret TEXT,
    body BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL, taken_until INTEGER);
CREATE TABLE mentions_told (
    channel INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (channel, actor)
) WITHOUT ROWID;
CREATE TABLE settings (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
INSERT INTO settings VALUES('release:0.2.0');
CREATE TABLE channel_counts (
    channel INTEGER PRIMARY KEY,
    messages INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    acked INTEGER NOT NULL DEFAULT 0,
    -- Acks of messages that have a holder, and the microseconds from the claim to each of them.
    timed_acks INTEGER NOT NULL DEFAULT 0,
    claim_to_ack INTEGER NOT NULL DEFAULT 0
, longest_life INTEGER NOT NULL DEFAULT 0, shortest_life INTEGER NOT NULL DEFAULT 0, last_claim_at INTEGER);
INSERT INTO channel_counts VALUES(1,6,2,1,1,38944,86400000000,86400000000,1795688971839885);
INSERT INTO channel_counts VALUES(2,1,0,0,0,0,86400000000,86400000000,NULL);
INSERT INTO channel_counts VALUES(3,1,0,0,0,0,86400000000,86400000000,NULL);
CREATE TABLE removed_channels (
    channel INTEGER PRIMARY KEY
);
CREATE TABLE crowded_channels (
    channel INTEGER PRIMARY KEY
);
CREATE TABLE claim_keys (
    stored_at INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    message INTEGER NOT NULL,
    lease_salt INTEGER NOT NULL
);
INSERT INTO claim_keys VALUES(1795688971781352,3267921533793650036,1795688971757294,728958820901705360);
CREATE TABLE tasks (
    message INTEGER PRIMARY KEY,
    max_attempts INTEGER,
    -- Counted attempts since the post or the last reopening.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- All attempts that have ended, counted or not: the number of the last one.
    ended_attempts INTEGER NOT NULL DEFAULT 0,
    -- The earliest start that the post named.
    not_before INTEGER,
    -- When a waiting task is looked at next; null: no time opens it.
    ready_at INTEGER,
    -- Prerequisites that are not acknowledged yet.
    pending INTEGER NOT NULL DEFAULT 0,
    -- Of a failed or cancelled task: when, why, and by which actor or key.
    ended_at INTEGER,
    reason TEXT,
    ended_by INTEGER,
    ended_by_key_id TEXT
);
INSERT INTO tasks VALUES(1795688971768983,NULL,0,0,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO tasks VALUES(1795688971772015,1,1,1,NULL,NULL,0,1795688971842194,'it cannot be done',2,'bck_1k1DMOKAh-jo');
INSERT INTO tasks VALUES(1795688971777076,NULL,0,0,NULL,NULL,0,1795688971844660,'not needed',1,'bck_1k1DMOKAh-jo');
CREATE TABLE attempts (
    message INTEGER NOT NULL,
    number INTEGER NOT NULL,
    actor INTEGER,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;
INSERT INTO attempts VALUES(1795688971772015,1,2,1795688971839885,1795688971842194,'failed','it cannot be done');
CREATE TABLE dependencies (
    message INTEGER NOT NULL,
    prerequisite INTEGER NOT NULL,
    prerequisite_id TEXT NOT NULL,
    met INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message, prerequisite)
) WITHOUT ROWID;
INSERT INTO dependencies VALUES(1795688971768983,1795688971765083,'01a21767-3df5-4053-a19a-88d4ab90764c',0);
CREATE TABLE notes (
    created_at INTEGER PRIMARY KEY,
    salt INTEGER NOT NULL,
    message INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT,
    percent INTEGER,
    actor INTEGER,
    actor_label TEXT,
    key_id TEXT NOT NULL,
    -- Of an answer: the question.
    question INTEGER,
    -- Of a question: when and how it was closed: answered, withdrawn or attempt_ended.
    closed_at INTEGER,
    closed TEXT
);
INSERT INTO notes VALUES(1795688971846108,755972766576232991,1795688971757294,'question','which one?',NULL,2,NULL,'bck_1k1DMOKAh-jo',NULL,NULL,NULL);
CREATE TABLE files (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL
);
CREATE TABLE file_parts (
    file INTEGER NOT NULL,
    part INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (file, part)
);
CREATE TABLE uploads (
    key_id TEXT NOT NULL,
    file INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, file)
) WITHOUT ROWID;
CREATE TABLE message_files (
    message INTEGER NOT NULL,
    position INTEGER NOT NULL,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT,
    key_id TEXT NOT NULL,
    PRIMARY KEY (message, position)
) WITHOUT ROWID;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('channels',3);
INSERT INTO sqlite_sequence VALUES('messages',1795688971847601);
CREATE UNIQUE INDEX keys_by_label ON keys (owner_id) WHERE active = 1;
CREATE INDEX actors_by_name ON actors (owner_id, name);
CREATE INDEX actor_aliases_by_actor ON actor_aliases (actor);
CREATE INDEX channels_by_name ON channels (owner_id, name);
CREATE UNIQUE INDEX channels_discoverable ON channels (created_at) WHERE discoverable = 1;
CREATE INDEX channel_aliases_by_channel ON channel_aliases (channel);
CREATE INDEX related_channels_by_related ON related_channels (related);
CREATE INDEX access_requests_pending ON access_requests (channel, requester_key_id) WHERE status = 'pending';
CREATE INDEX events_by_channel ON events (channel);
CREATE INDEX messages_by_channel ON messages (channel);
CREATE INDEX messages_held ON messages (channel) WHERE holder IS NOT NULL;
CREATE INDEX messages_leased ON messages (lease_expires_at) WHERE lease_expires_at IS NOT NULL AND acked = 0;
CREATE INDEX archive_by_channel ON archive (channel);
CREATE INDEX answers_by_digest ON answers (digest);
CREATE INDEX audit_by_subject ON audit (subject_key_id);
CREATE INDEX invitations_by_channel ON invitations (channel);
CREATE TRIGGER channel_removed AFTER DELETE ON channels BEGIN
    DELETE FROM channel_counts WHERE channel = OLD.number;
END;
CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
    UPDATE channel_counts SET messages = messages - 1, held = held - (OLD.holder IS NOT NULL), acked = acked - OLD.acked
    WHERE channel = OLD.channel;
END;
CREATE TRIGGER message_acked AFTER UPDATE OF acked ON messages WHEN OLD.acked <> NEW.acked BEGIN
    UPDATE channel_counts SET acked = acked + NEW.acked - OLD.acked WHERE channel = NEW.channel;
END;
CREATE TRIGGER acked_message_claimed AFTER UPDATE OF claimed_at ON messages WHEN OLD.acked = 1 AND OLD.claimed_at IS NOT NEW.claimed_at BEGIN
    UPDATE channel_counts SET
        timed_acks = timed_acks
            + ((NEW.claimed_at IS NOT NULL) - (OLD.claimed_at IS NOT NULL)) * (SELECT count(*) FROM acks WHERE message = NEW.created_at),
        claim_to_ack = claim_to_ack
            + (SELECT coalesce(sum(occurred_at - NEW.claimed_at), 0) - coalesce(sum(occurred_at - OLD.claimed_at), 0)
                FROM acks WHERE message = NEW.created_at)
    WHERE channel = NEW.channel;
END;
CREATE TRIGGER ack_added AFTER INSERT ON acks BEGIN
    UPDATE channel_counts SET timed_acks = timed_acks + 1, claim_to_ack = claim_to_ack + NEW.occurred_at - m.claimed_at
    FROM messages m WHERE m.created_at = NEW.message AND m.claimed_at IS NOT NULL AND channel_counts.channel = m.channel;
END;
CREATE TRIGGER ack_removed AFTER DELETE ON acks BEGIN
    UPDATE channel_counts SET timed_acks = timed_acks - 1, claim_to_ack = claim_to_ack - OLD.occurred_at + m.claimed_at
    FROM messages m WHERE m.created_at = OLD.message AND m.claimed_at IS NOT NULL AND channel_counts.channel = m.channel;
END;
CREATE INDEX archive_by_age ON archive (channel, archived_at);
CREATE INDEX channels_by_lifetime ON channels (ttl_seconds);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
CREATE INDEX invitations_revoked ON invitations (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX mentions_told_by_time ON mentions_told (told_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_key ON sessions (key_id, expires_at);
CREATE TRIGGER channel_added AFTER INSERT ON channels BEGIN
    INSERT INTO channel_counts (channel, longest_life, shortest_life) VALUES (NEW.number, NEW.ttl_seconds * 1000000, NEW.ttl_seconds * 1000000);
END;
CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
    UPDATE channel_counts SET messages = messages + 1, longest_life = max(longest_life, NEW.expires_at - NEW.created_at),
        shortest_life = min(shortest_life, NEW.expires_at - NEW.created_at)
    WHERE channel = NEW.channel;
END;
CREATE TRIGGER message_life_changed AFTER UPDATE OF expires_at ON messages BEGIN
    UPDATE channel_counts SET longest_life = max(longest_life, NEW.expires_at - NEW.created_at),
        shortest_life = min(shortest_life, NEW.expires_at - NEW.created_at)
    WHERE channel = NEW.channel;
END;
CREATE INDEX messages_by_expiry ON messages (channel, expires_at);
CREATE INDEX messages_by_post ON messages (channel, posted_at) WHERE posted_at IS NOT NULL;
CREATE INDEX events_by_expiry ON events (expires_at);
CREATE INDEX webhook_queue_due ON webhook_queue (due_at) WHERE taken_until IS NULL;
CREATE INDEX webhook_queue_taken ON webhook_queue (taken_until) WHERE taken_until IS NOT NULL;
CREATE INDEX messages_free ON messages (channel, acked, priority) WHERE holder IS NULL AND state = 0;
CREATE INDEX messages_by_state ON messages (channel, state) WHERE state <> 0;
CREATE INDEX messages_held_by_key ON messages (claimed_by_key_id) WHERE holder IS NOT NULL AND acked = 0;
CREATE INDEX messages_posted_by_key ON messages (posted_by_key_id) WHERE named <> 0;
CREATE INDEX messages_at_work ON messages (channel) WHERE holder IS NOT NULL AND acked = 0;
CREATE TRIGGER message_held AFTER UPDATE OF holder ON messages WHEN (OLD.holder IS NULL) <> (NEW.holder IS NULL) BEGIN
    UPDATE channel_counts SET held = held + (NEW.holder IS NOT NULL) - (OLD.holder IS NOT NULL),
        last_claim_at = coalesce(NEW.claimed_at, last_claim_at)
    WHERE channel = NEW.channel;
END;
CREATE INDEX claim_keys_by_digest ON claim_keys (digest);
CREATE INDEX tasks_by_readiness ON tasks (ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX dependencies_by_prerequisite ON dependencies (prerequisite) WHERE met = 0;
CREATE INDEX dependencies_broken ON dependencies (message) WHERE met = 2;
CREATE TRIGGER prerequisite_ended AFTER UPDATE OF state ON messages WHEN NEW.state IN (2, 3) BEGIN
    UPDATE dependencies SET met = 2 WHERE prerequisite = NEW.created_at AND met = 0;
END;
CREATE TRIGGER prerequisite_removed AFTER DELETE ON messages BEGIN
    UPDATE dependencies SET met = 2 WHERE prerequisite = OLD.created_at AND met = 0;
END;
CREATE INDEX notes_by_message ON notes (message);
CREATE INDEX uploads_by_time ON uploads (uploaded_at);
CREATE INDEX uploads_by_file ON uploads (file);
CREATE INDEX message_files_by_file ON message_files (file);
CREATE INDEX message_files_by_key ON message_files (key_id);
CREATE TRIGGER message_life_removed AFTER DELETE ON messages BEGIN
    DELETE FROM tasks WHERE message = OLD.created_at;
    DELETE FROM attempts WHERE message = OLD.created_at;
    DELETE FROM dependencies WHERE message = OLD.created_at;
    DELETE FROM notes WHERE message = OLD.created_at;
END;
CREATE TRIGGER message_files_removed AFTER DELETE ON messages WHEN NOT EXISTS (SELECT 1 FROM archive WHERE created_at = OLD.created_at) BEGIN
    DELETE FROM message_files WHERE message = OLD.created_at;
END;
CREATE TRIGGER archived_files_removed AFTER DELETE ON archive BEGIN
    DELETE FROM message_files WHERE message = OLD.created_at;
END;
PRAGMA user_version = 6;
COMMIT;
