-- What people look at.

-- Posts and acknowledged tasks of a channel in each minute since 1970. Written every few seconds, apart from the posts themselves.
CREATE TABLE minutes (
    channel INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    acked INTEGER NOT NULL,
    PRIMARY KEY (channel, minute)
) WITHOUT ROWID;

CREATE INDEX minutes_by_time ON minutes (minute);
CREATE INDEX members_by_key ON members (key_id);

-- The words of messages, results and notes, by their keys. Nothing of the texts is kept twice: who finds a key reads its row.
-- The prefixes of two to four characters have entries of their own, because a search for a beginning would have to join thousands of words.
CREATE VIRTUAL TABLE words USING fts5(
    text, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4', tokenize = 'unicode61 remove_diacritics 0'
);

-- Up to which key the words of a kind (messages, archived ones with them, or notes) are in the index. Not with the post, whose commit waits for nothing of it.
CREATE TABLE words_place (
    kind TEXT PRIMARY KEY,
    place INTEGER NOT NULL
) WITHOUT ROWID;

-- Keys of rows that are gone, whose words are still to be removed.
CREATE TABLE words_gone (
    key INTEGER PRIMARY KEY
);

-- Before: the notes go with the message.
CREATE TRIGGER note_words_removed BEFORE DELETE ON messages BEGIN
    INSERT INTO words_gone (key) SELECT created_at FROM notes WHERE message = OLD.created_at AND kind <> 'progress';
END;

CREATE TRIGGER message_words_removed AFTER DELETE ON messages WHEN NOT EXISTS (SELECT 1 FROM archive WHERE created_at = OLD.created_at) BEGIN
    INSERT INTO words_gone (key) VALUES (OLD.created_at);
END;

CREATE TRIGGER archived_words_removed AFTER DELETE ON archive BEGIN
    INSERT INTO words_gone (key) VALUES (OLD.created_at);
END;

-- The traceparent that the post of a task came with, where it came with one: bit 64 of messages.named says so. Goes with the message.
CREATE TABLE traces (
    message INTEGER PRIMARY KEY,
    traceparent TEXT NOT NULL
);

CREATE TRIGGER message_trace_removed AFTER DELETE ON messages WHEN OLD.named & 64 <> 0 BEGIN
    DELETE FROM traces WHERE message = OLD.created_at;
END;

-- Each result has a channel of its own; whoever counts the tasks of all channels must not walk over those.
CREATE INDEX channels_claimable ON channels (number) WHERE mode = 'claimable';
