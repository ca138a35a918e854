-- The schema of the SQLite engine at its version 8.

-- Posts and acknowledged tasks of a channel in each minute since 1970. Written every few seconds, apart from the posts themselves.
CREATE TABLE minutes (
    channel bigint NOT NULL,
    minute bigint NOT NULL,
    posted bigint NOT NULL,
    acked bigint NOT NULL,
    PRIMARY KEY (channel, minute)
) WITH (fillfactor = 50);

CREATE INDEX minutes_by_time ON minutes (minute);
CREATE INDEX members_by_key ON members (key_id);

-- The words of messages, results and notes, by their keys, and with a ^ the prefixes of two to four characters, so that a search for a
-- beginning has one entry to read.
CREATE TABLE words (
    key bigint PRIMARY KEY,
    text tsvector NOT NULL
);

CREATE INDEX words_by_text ON words USING gin (text);

-- Up to which key the words of a kind (messages, archived ones with them, or notes) are in the index.
CREATE TABLE words_place (
    kind text COLLATE "C" PRIMARY KEY,
    place bigint NOT NULL
) WITH (fillfactor = 10);

-- Keys of rows that are gone, whose words are still to be removed.
CREATE TABLE words_gone (
    key bigint PRIMARY KEY
);

CREATE OR REPLACE FUNCTION backchannel_message_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE channel_counts SET messages = messages - 1, held = held - (OLD.holder IS NOT NULL)::int, acked = acked - OLD.acked
    WHERE channel = OLD.channel;
    UPDATE dependencies SET met = 2 WHERE prerequisite = OLD.created_at AND met = 0;
    INSERT INTO words_gone (key) SELECT created_at FROM notes WHERE message = OLD.created_at AND kind <> 'progress';
    INSERT INTO words_gone (key) SELECT OLD.created_at WHERE NOT EXISTS (SELECT 1 FROM archive WHERE created_at = OLD.created_at);
    DELETE FROM tasks WHERE message = OLD.created_at;
    DELETE FROM attempts WHERE message = OLD.created_at;
    DELETE FROM dependencies WHERE message = OLD.created_at;
    DELETE FROM notes WHERE message = OLD.created_at;
    DELETE FROM message_files WHERE message = OLD.created_at AND NOT EXISTS (SELECT 1 FROM archive WHERE created_at = OLD.created_at);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION backchannel_archived_files_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM message_files WHERE message = OLD.created_at;
    INSERT INTO words_gone (key) VALUES (OLD.created_at);
    RETURN NULL;
END $$;

-- The traceparent that the post of a task came with, where it came with one: bit 64 of messages.named says so. Goes with the message.
CREATE TABLE traces (
    message bigint PRIMARY KEY,
    traceparent text NOT NULL
);

CREATE FUNCTION backchannel_message_trace_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM traces WHERE message = OLD.created_at;
    RETURN NULL;
END $$;

CREATE TRIGGER message_trace_removed AFTER DELETE ON messages FOR EACH ROW WHEN (OLD.named & 64 <> 0)
    EXECUTE FUNCTION backchannel_message_trace_removed();

-- Each result has a channel of its own; whoever counts the tasks of all channels must not walk over those.
CREATE INDEX channels_claimable ON channels (number) WHERE mode = 'claimable';
