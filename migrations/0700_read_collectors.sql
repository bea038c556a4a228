-- 数据采集器, the meters behind them, and what was strange there.
CREATE TABLE read_collectors (
    collector_no    text        PRIMARY KEY,
    campus          text        NOT NULL,
    place           text        NOT NULL,
    every_minutes   integer     NOT NULL,
    retries         integer     NOT NULL,
    -- The day of the month whose index is billed by; none: of every day.
    billing_day     integer,
    linked          boolean     NOT NULL DEFAULT false,
    peer            text,
    link_changed_at timestamptz,
    lost_for        text,
    last_round_at   timestamptz,
    answered        integer,
    asked           integer,
    retired         boolean     NOT NULL DEFAULT false
);
CREATE INDEX read_collectors_campus ON read_collectors (campus, collector_no);

CREATE TABLE read_collectors_meters (
    meter_no     text        PRIMARY KEY,
    collector_no text        NOT NULL,
    address      text        NOT NULL,
    -- None until it is found out.
    protocol     text,
    switchable   boolean     NOT NULL,
    last_index   numeric,
    last_heard   timestamptz,
    -- Rounds in a row without an answer.
    silent       integer     NOT NULL DEFAULT 0
);
CREATE INDEX read_collectors_meters_collector ON read_collectors_meters (collector_no, meter_no);

CREATE TABLE read_collectors_oddities (
    leaf_index   bigint      PRIMARY KEY,
    collector_no text        NOT NULL,
    meter_no     text,
    oddity       text        NOT NULL,
    detail       text        NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX read_collectors_oddities_collector
    ON read_collectors_oddities (collector_no, leaf_index DESC);
