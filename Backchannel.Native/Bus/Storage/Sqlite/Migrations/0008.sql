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
