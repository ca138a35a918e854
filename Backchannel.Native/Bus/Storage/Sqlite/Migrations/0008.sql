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
