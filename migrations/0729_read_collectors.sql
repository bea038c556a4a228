-- What platforms sent through collectors unread, and what was held up.
CREATE TABLE read_collectors_forwarded (
    leaf_index    bigint      NOT NULL,
    line          integer     NOT NULL,
    collector_no  text        NOT NULL,
    at            timestamptz NOT NULL,
    request       text        NOT NULL,
    request_bytes bigint      NOT NULL,
    answer        text,
    answer_bytes  bigint      NOT NULL,
    -- Why it did not go on; null for what went through.
    blocked       text,
    PRIMARY KEY (leaf_index, line)
);
CREATE INDEX read_collectors_forwarded_at
    ON read_collectors_forwarded (at DESC, leaf_index DESC, line DESC);
CREATE INDEX read_collectors_forwarded_collector
    ON read_collectors_forwarded (collector_no, at DESC, leaf_index DESC, line DESC);
