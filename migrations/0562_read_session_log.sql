-- What readers did in the field: their outings, and everything they wrote down.
CREATE TABLE read_session_log (
    session_id  text        PRIMARY KEY,
    reader      text        NOT NULL,
    round       text,
    device      text,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    summary     text
);
CREATE INDEX read_session_log_reader ON read_session_log (reader, started_at);

CREATE TABLE read_session_log_entry (
    -- Its place in the log.
    position   bigint      PRIMARY KEY,
    at         timestamptz NOT NULL,
    reader     text        NOT NULL,
    -- note, reading or visit
    kind       text        NOT NULL,
    -- Named by notes only; readings and visits belong to the outing they fall into.
    session_id text,
    meter_no   text,
    round      text,
    reading_id text,
    index      numeric,
    reason     text,
    note       text,
    left_note  text
);
CREATE INDEX read_session_log_entry_newest ON read_session_log_entry (at DESC, position DESC);
CREATE INDEX read_session_log_entry_reader ON read_session_log_entry (reader, at);
CREATE INDEX read_session_log_entry_meter ON read_session_log_entry (meter_no, at);
