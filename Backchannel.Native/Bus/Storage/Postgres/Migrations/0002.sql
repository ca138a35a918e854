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
