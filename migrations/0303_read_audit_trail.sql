-- Who did what, when, from where: one row per event, one per entry of the access log.
CREATE TABLE read_audit_trail (
    leaf_index  bigint      NOT NULL,
    -- Which entry of the event; 0 for the event itself.
    entry       integer     NOT NULL,
    at          timestamptz NOT NULL,
    actor       text        NOT NULL,
    -- `changed` for an event, else what happened at the door.
    kind        text        NOT NULL,
    -- The process, mutation or field.
    what        text        NOT NULL,
    event_type  text,
    stream_type text,
    stream_id   text,
    code        text,
    origin      text,
    request_id  text,
    PRIMARY KEY (leaf_index, entry)
);
CREATE INDEX read_audit_trail_actor ON read_audit_trail (actor, leaf_index, entry);
CREATE INDEX read_audit_trail_stream ON read_audit_trail (stream_type, stream_id, leaf_index, entry);
CREATE INDEX read_audit_trail_kind ON read_audit_trail (kind, leaf_index, entry);
CREATE INDEX read_audit_trail_at ON read_audit_trail (at);
