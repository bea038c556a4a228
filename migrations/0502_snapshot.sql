-- Folded streams, so that long ones need not be read from their first event on. A cache: it may be
-- emptied at any time, and is after a crash. Never of streams with personal data.
CREATE UNLOGGED TABLE snapshot (
    aggregate_type text   NOT NULL,
    aggregate_id   text   NOT NULL,
    -- Of the program that folded; no other uses it.
    code           text   NOT NULL,
    -- The last event in it, by place and by id.
    sequence       bigint NOT NULL,
    event_id       uuid   NOT NULL,
    state          jsonb  NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id)
);
