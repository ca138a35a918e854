-- When a message is over is its own: reckoned from the real time of its post, whatever created_at has to be, which only grows.

-- The real time of a post where created_at, after a wrong reading of the clock, runs ahead of it; otherwise null.
ALTER TABLE messages ADD COLUMN posted_at INTEGER;

ALTER TABLE events ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;

-- Bounds of expires_at - created_at over all messages that a channel ever had: between an order by creation and an end of life they tell where
-- to begin and where to stop.
ALTER TABLE channel_counts ADD COLUMN longest_life INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channel_counts ADD COLUMN shortest_life INTEGER NOT NULL DEFAULT 0;

UPDATE channel_counts SET longest_life = c.ttl_seconds * 1000000, shortest_life = c.ttl_seconds * 1000000
FROM channels c WHERE c.number = channel_counts.channel;

DROP TRIGGER channel_added;
CREATE TRIGGER channel_added AFTER INSERT ON channels BEGIN
    INSERT INTO channel_counts (channel, longest_life, shortest_life) VALUES (NEW.number, NEW.ttl_seconds * 1000000, NEW.ttl_seconds * 1000000);
END;

DROP TRIGGER message_added;
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

-- What was stored since a wrong reading far ahead got an end of life as far ahead: it lives once more, from now. A clock before 2026 is itself
-- the wrong one: it repairs nothing.
UPDATE messages SET expires_at = expires_at - created_at + CAST(unixepoch('subsec') * 1000000 AS INTEGER)
WHERE created_at > CAST(unixepoch('subsec') * 1000000 AS INTEGER) + 86400000000 AND unixepoch() > 1767225600;

UPDATE events SET expires_at = created_at + 86400000000;
UPDATE events SET expires_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + 86400000000
WHERE created_at > CAST(unixepoch('subsec') * 1000000 AS INTEGER) + 86400000000 AND unixepoch() > 1767225600;

CREATE INDEX messages_by_expiry ON messages (channel, expires_at);
CREATE INDEX messages_by_post ON messages (channel, posted_at) WHERE posted_at IS NOT NULL;
CREATE INDEX events_by_expiry ON events (expires_at);
