-- 远传间隔数据: one row per meter and day.
CREATE TABLE read_intervals (
    meter_no     text        NOT NULL,
    day          date        NOT NULL,
    collector_no text        NOT NULL,
    step_minutes integer     NOT NULL,
    -- What the register moved by, interval by interval; NULL where nothing is known.
    moved        numeric[]   NOT NULL,
    last_index   numeric,
    last_at      timestamptz,
    -- What the rules found, as they said it.
    findings     jsonb       NOT NULL DEFAULT '[]',
    PRIMARY KEY (meter_no, day, collector_no)
);
