-- The event store. The stock columns of cqrs-es come first in `events`; nothing here is ever
-- updated but leases, checkpoints and work lists.

-- One row per life of the database cluster. Transaction ids start again after a dump and restore,
-- so events are ordered by (epoch, xid).
CREATE TABLE store_epoch (
    epoch             integer     PRIMARY KEY,
    system_identifier bigint      NOT NULL,
    started_at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE events (
    aggregate_type  text        NOT NULL,
    aggregate_id    text        NOT NULL,
    sequence        bigint      NOT NULL CHECK (sequence > 0),
    event_type      text        NOT NULL,
    event_version   text        NOT NULL,
    payload         jsonb       NOT NULL,
    metadata        jsonb       NOT NULL,
    global_position bigint      GENERATED ALWAYS AS IDENTITY,
    epoch           integer     NOT NULL,
    xid             xid8        NOT NULL DEFAULT pg_current_xact_id(),
    event_id        uuid        NOT NULL,
    command_id      uuid        NOT NULL,
    recorded_at     timestamptz NOT NULL,
    inserted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Makes the leaf hash of a guessable event unguessable.
    salt            bytea       NOT NULL CHECK (octet_length(salt) = 16),
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
CREATE UNIQUE INDEX events_global_position ON events (global_position);
CREATE UNIQUE INDEX events_event_id ON events (event_id);
CREATE INDEX events_commit_order ON events (epoch, xid, global_position);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: history is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Outcomes of commands, refusals included: a retried command gets its first answer again.
CREATE TABLE command (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL,
    body_hmac   bytea       NOT NULL,
    actor       text        NOT NULL,
    outcome     jsonb       NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- Keys that at most one stream may hold.
CREATE TABLE claim (
    kind     text  NOT NULL,
    key_hmac bytea NOT NULL,
    holder   text  NOT NULL,
    CONSTRAINT claim_has_one_holder PRIMARY KEY (kind, key_hmac)
);

-- The one order: gapless, given by the sealer to committed events.
CREATE TABLE log (
    leaf_index      bigint      PRIMARY KEY,
    global_position bigint      NOT NULL UNIQUE,
    -- Whole commits share a number; batches end at its change.
    commit_index    bigint      NOT NULL,
    known_at        timestamptz NOT NULL
);
CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE ON log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_no_truncate BEFORE TRUNCATE ON log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How far the sealer has come: every commit before (epoch, xid) is in the log.
CREATE TABLE sealer (
    singleton    boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch        integer     NOT NULL DEFAULT 0,
    xid          xid8        NOT NULL DEFAULT '0',
    next_leaf    bigint      NOT NULL DEFAULT 0,
    next_commit  bigint      NOT NULL DEFAULT 0,
    known_at     timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO sealer DEFAULT VALUES;

-- Who may run a single-runner job; `fence` grows with every change of owner.
CREATE TABLE lease (
    name       text        PRIMARY KEY,
    owner      uuid        NOT NULL,
    fence      bigint      NOT NULL,
    held_until timestamptz NOT NULL
);

-- Checkpoints of read models and policies.
CREATE TABLE projection (
    name       text        PRIMARY KEY,
    version    integer     NOT NULL,
    next_leaf  bigint      NOT NULL DEFAULT 0,
    state      text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'rebuilding')),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Events a consumer could not take, and their later siblings of the same stream.
CREATE TABLE parked (
    projection     text        NOT NULL,
    leaf_index     bigint      NOT NULL,
    aggregate_type text        NOT NULL,
    aggregate_id   text        NOT NULL,
    error          text        NOT NULL,
    parked_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, leaf_index)
);
CREATE INDEX parked_stream ON parked (projection, aggregate_type, aggregate_id);

-- Commands to be run at a time, kept by policies.
CREATE TABLE due (
    id         uuid        PRIMARY KEY,
    due_at     timestamptz NOT NULL,
    process    text        NOT NULL,
    body       jsonb       NOT NULL,
    -- What the item is about, so that it can be withdrawn.
    subject    text        NOT NULL,
    state      text        NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'done', 'refused', 'failed', 'withdrawn')),
    outcome    jsonb,
    attempts   integer     NOT NULL DEFAULT 0
);
CREATE INDEX due_waiting ON due (due_at) WHERE state = 'waiting';
CREATE INDEX due_subject ON due (subject) WHERE state = 'waiting';

-- Messages and calls outward. One attempt id each; an unknown outcome is shown, never resent.
CREATE TABLE outbox (
    id           uuid        PRIMARY KEY,
    channel      text        NOT NULL,
    -- Encrypted like events: the person's key opens it.
    message      jsonb       NOT NULL,
    state        text        NOT NULL DEFAULT 'queued'
                 CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    created_at   timestamptz NOT NULL,
    attempted_at timestamptz,
    detail       text
);
CREATE INDEX outbox_queued ON outbox (created_at) WHERE state = 'queued';

-- One key per person; destroying it erases that person's fields everywhere.
CREATE TABLE subject_key (
    subject      text        PRIMARY KEY,
    wrapped_key  bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
