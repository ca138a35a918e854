-- The schema of the SQLite engine at its version 8.

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
