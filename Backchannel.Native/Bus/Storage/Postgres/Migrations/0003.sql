-- Plans are made once for all channels. Where one channel holds most of the messages, the statistics would say that asking for a channel leaves
-- nothing out, and statements would read the whole table by time instead of an index of channels. So a channel is always taken to hold few of
-- the rows. The planner takes it from the next ANALYZE on.

ALTER TABLE messages ALTER COLUMN channel SET (n_distinct = 1000000);
ALTER TABLE archive ALTER COLUMN channel SET (n_distinct = 1000000);
ANALYZE messages;
ANALYZE archive;
