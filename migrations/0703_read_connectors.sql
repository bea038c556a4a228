-- 平台对接: where readings of other platforms are fetched from, and how that goes.
CREATE TABLE read_connectors (
    connector_id text        PRIMARY KEY,
    -- As the connector's events have left it.
    record       jsonb       NOT NULL,
    -- Of the record, for whoever looks what is due.
    paused       boolean     NOT NULL,
    requested    boolean     NOT NULL,
    next_at      timestamptz NOT NULL
);
CREATE TABLE read_connectors_runs (
    connector_id text        NOT NULL,
    run          bigint      NOT NULL,
    node         text        NOT NULL,
    began_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    outcome      jsonb,
    PRIMARY KEY (connector_id, run)
);
