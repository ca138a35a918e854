-- The life of a task. A message that was posted without any of this, and to which nothing of it happened, has a row in messages alone.

-- 0: open, claimed or acknowledged, as holder and acked say; 1: waiting; 2: failed; 3: cancelled.
ALTER TABLE messages ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;
-- Who may cancel and answer; null for messages of before.
ALTER TABLE messages ADD COLUMN posted_by_key_id TEXT;
-- 1: the lease was lengthened after an outage of the bus, which happens once until it is renewed.
ALTER TABLE messages ADD COLUMN lease_lengthened INTEGER NOT NULL DEFAULT 0;
-- The message that this one answers, and the first of that chain: public ids, because either may be gone.
ALTER TABLE messages ADD COLUMN reply_to TEXT;
ALTER TABLE messages ADD COLUMN thread TEXT;
-- What the post named, in bits: 1 priority, 2 max_attempts, 4 delay_seconds, 8 depends_on, 16 files, 32 posted as a task.
ALTER TABLE messages ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
-- 1: handed to a claimer that waited, and neither renewed nor ended since.
ALTER TABLE messages ADD COLUMN handed_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE archive ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN max_attempts INTEGER;
-- The events beyond new messages that the channel's webhook is told of, by name, with spaces between.
ALTER TABLE channels ADD COLUMN webhook_events TEXT;

-- Work that a claim may take: the highest priority first, then the oldest.
DROP INDEX messages_free;
CREATE INDEX messages_free ON messages (channel, acked, priority) WHERE holder IS NULL AND state = 0;

CREATE INDEX messages_by_state ON messages (channel, state) WHERE state <> 0;

-- The tasks that a key holds, and those that it posted as tasks.
CREATE INDEX messages_held_by_key ON messages (claimed_by_key_id) WHERE holder IS NOT NULL AND acked = 0;
CREATE INDEX messages_posted_by_key ON messages (posted_by_key_id) WHERE named <> 0;
-- Work that is being done.
CREATE INDEX messages_at_work ON messages (channel) WHERE holder IS NOT NULL AND acked = 0;

-- When a message of the channel was last taken; null: not since there is this column.
ALTER TABLE channel_counts ADD COLUMN last_claim_at INTEGER;

DROP TRIGGER message_held;
CREATE TRIGGER message_held AFTER UPDATE OF holder ON messages WHEN (OLD.holder IS NULL) <> (NEW.holder IS NULL) BEGIN
    UPDATE channel_counts SET held = held + (NEW.holder IS NOT NULL) - (OLD.holder IS NOT NULL),
        last_claim_at = coalesce(NEW.claimed_at, last_claim_at)
    WHERE channel = NEW.channel;
END;

-- Idempotency keys of claims that name no message: which claim the first request got. digest: as in answers.
CREATE TABLE claim_keys (
    stored_at INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,
    message INTEGER NOT NULL,
    lease_salt INTEGER NOT NULL
);

CREATE INDEX claim_keys_by_digest ON claim_keys (digest);

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

CREATE INDEX tasks_by_readiness ON tasks (ready_at) WHERE ready_at IS NOT NULL;

-- Attempts that ended without an ack. outcome: released, failed, lease_ran_out or session_ended.
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

-- met: 1 once the prerequisite is acknowledged; it may be archived since. 2: it ended otherwise, and the task that
-- waits for it is to fail; 3: which it has; 4: which it has, after the prerequisite was removed.
CREATE TABLE dependencies (
    message INTEGER NOT NULL,
    prerequisite INTEGER NOT NULL,
    prerequisite_id TEXT NOT NULL,
    met INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (message, prerequisite)
) WITHOUT ROWID;

CREATE INDEX dependencies_by_prerequisite ON dependencies (prerequisite) WHERE met = 0;
CREATE INDEX dependencies_broken ON dependencies (message) WHERE met = 2;

CREATE TRIGGER prerequisite_ended AFTER UPDATE OF state ON messages WHEN NEW.state IN (2, 3) BEGIN
    UPDATE dependencies SET met = 2 WHERE prerequisite = NEW.created_at AND met = 0;
END;

CREATE TRIGGER prerequisite_removed AFTER DELETE ON messages BEGIN
    UPDATE dependencies SET met = 2 WHERE prerequisite = OLD.created_at AND met = 0;
END;

-- kind: question, answer, comment or progress. created_at and salt make the id, as those of a message.
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

CREATE INDEX notes_by_message ON notes (message);

-- Contents of files, once each, in parts of 256 KiB. sha256 is another name while bytes come in, and once the file is being removed: see FileStore.
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

-- Who has uploaded what, and may name it for an hour.
CREATE TABLE uploads (
    key_id TEXT NOT NULL,
    file INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, file)
) WITHOUT ROWID;

CREATE INDEX uploads_by_time ON uploads (uploaded_at);
CREATE INDEX uploads_by_file ON uploads (file);

-- The files that a message names; they stay while the message or its archived form does. key_id: whose quota they count against.
CREATE TABLE message_files (
    message INTEGER NOT NULL,
    position INTEGER NOT NULL,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT,
    key_id TEXT NOT NULL,
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE INDEX message_files_by_file ON message_files (file);
CREATE INDEX message_files_by_key ON message_files (key_id);

-- What belongs to a message goes with it; files stay with the archived form.
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
