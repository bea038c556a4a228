-- How and where a reading was taken (R3), and how an estimate was made.
ALTER TABLE read_reading_review
    ADD COLUMN evidence jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN estimate jsonb;

-- Readings that were put off (延迟).
CREATE TABLE read_reading_review_delay (
    meter_no   text        NOT NULL,
    delayed_at timestamptz NOT NULL,
    until      date        NOT NULL,
    reason     text        NOT NULL,
    round      text,
    delayed_by text        NOT NULL,
    -- When it was read after all.
    read_at    timestamptz,
    PRIMARY KEY (meter_no, delayed_at)
);
CREATE INDEX read_reading_review_delay_open
    ON read_reading_review_delay (until, meter_no) WHERE read_at IS NULL;
