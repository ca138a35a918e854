-- What the program remembered of the data becomes data, so that the next process finds it.

-- Channels whose last post left more messages than their maximum.
CREATE TABLE crowded_channels (
    channel INTEGER PRIMARY KEY
);

DROP INDEX webhook_queue_due;
DROP INDEX webhook_queue_taken;
ALTER TABLE webhook_queue DROP COLUMN taken;

-- Until when its sender has an event to itself; null where nobody is sending it. The senders of before are gone: nothing is taken.
ALTER TABLE webhook_queue ADD COLUMN taken_until INTEGER;

CREATE INDEX webhook_queue_due ON webhook_queue (due_at) WHERE taken_until IS NULL;
CREATE INDEX webhook_queue_taken ON webhook_queue (taken_until) WHERE taken_until IS NOT NULL;
