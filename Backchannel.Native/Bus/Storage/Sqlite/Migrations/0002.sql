-- Nothing that a bus does at an interval, or at every post, may grow with what it stores: counts are kept, and what is due has an index.

-- What a channel holds. Kept by the triggers below, in the transaction of the change that they count.
CREATE TABLE channel_counts (
    channel INTEGER PRIMARY KEY,
    messages INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    acked INTEGER NOT NULL DEFAULT 0,
    -- Acks of messages that have a holder, and the microseconds from the claim to each of them.
    timed_acks INTEGER NOT NULL DEFAULT 0,
    claim_to_ack INTEGER NOT NULL DEFAULT 0
);

INSERT INTO channel_counts (channel, messages, held, acked, timed_acks, claim_to_ack)
SELECT c.number, count(m.created_at), count(m.holder), total(m.acked),
    (SELECT count(*) FROM messages t JOIN acks k ON k.message = t.created_at WHERE t.channel = c.number AND t.claimed_at IS NOT NULL),
    (SELECT coalesce(sum(k.occurred_at - t.claimed_at), 0) FROM messages t JOIN acks k ON k.message = t.created_at
        WHERE t.channel = c.number AND t.claimed_at IS NOT NULL)
FROM channels c LEFT JOIN messages m ON m.channel = c.number GROUP BY c.number;

CREATE TRIGGER channel_added AFTER INSERT ON channels BEGIN
    INSERT INTO channel_counts (channel) VALUES (NEW.number);
END;

CREATE TRIGGER channel_removed AFTER DELETE ON channels BEGIN
    DELETE FROM channel_counts WHERE channel = OLD.number;
END;

CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
    UPDATE channel_counts SET messages = messages + 1 WHERE channel = NEW.channel;
END;

CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
    UPDATE channel_counts SET messages = messages - 1, held = held - (OLD.holder IS NOT NULL), acked = acked - OLD.acked
    WHERE channel = OLD.channel;
END;

CREATE TRIGGER message_held AFTER UPDATE OF holder ON messages WHEN (OLD.holder IS NULL) <> (NEW.holder IS NULL) BEGIN
    UPDATE channel_counts SET held = held + (NEW.holder IS NOT NULL) - (OLD.holder IS NOT NULL) WHERE channel = NEW.channel;
END;

CREATE TRIGGER message_acked AFTER UPDATE OF acked ON messages WHEN OLD.acked <> NEW.acked BEGIN
    UPDATE channel_counts SET acked = acked + NEW.acked - OLD.acked WHERE channel = NEW.channel;
END;

-- A new claim of a message that has acks: they are timed anew. Acks go before their message, so a removal is counted by theirs.
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

-- A listing of unclaimed work must not walk over what was acknowledged without a claim.
DROP INDEX messages_free;
CREATE INDEX messages_free ON messages (channel, acked) WHERE holder IS NULL;

CREATE INDEX archive_by_age ON archive (channel, archived_at);
CREATE INDEX channels_by_lifetime ON channels (ttl_seconds);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
CREATE INDEX invitations_revoked ON invitations (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX mentions_told_by_time ON mentions_told (told_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
DROP INDEX sessions_by_key;
CREATE INDEX sessions_by_key ON sessions (key_id, expires_at);

-- Channels that are gone, whose messages and archive are still to be removed.
CREATE TABLE removed_channels (
    channel INTEGER PRIMARY KEY
);

INSERT INTO removed_channels (channel) SELECT DISTINCT channel FROM archive WHERE channel NOT IN (SELECT number FROM channels);
