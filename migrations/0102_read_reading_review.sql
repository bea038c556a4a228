-- Every reading that came in, with its evidence and its fate.
CREATE TABLE read_reading_review (
    reading_id     text        PRIMARY KEY,
    meter_no       text        NOT NULL,
    channel        text        NOT NULL,
    index          numeric     NOT NULL,
    read_at        timestamptz NOT NULL,
    photo          text,
    round          text,
    note           text,
    submitted_by   text        NOT NULL,
    submitted_at   timestamptz NOT NULL,
    status         text        NOT NULL,
    previous_index numeric,
    previous_at    timestamptz,
    usage          numeric,
    cumulative     numeric,
    quality        text,
    findings       jsonb       NOT NULL,
    -- Of the review or the correction.
    decided_by     text,
    decided_at     timestamptz,
    reason         text
);
CREATE INDEX read_reading_review_queue ON read_reading_review (status, read_at, reading_id);
CREATE INDEX read_reading_review_of_meter ON read_reading_review (meter_no, read_at, reading_id);
CREATE INDEX read_reading_review_photo_of ON read_reading_review (photo) WHERE photo IS NOT NULL;

CREATE TABLE read_reading_review_meter (
    meter_no text PRIMARY KEY,
    campus   text NOT NULL
);

-- Corrections that were asked for.
CREATE TABLE read_reading_review_correction (
    correction_id text        PRIMARY KEY,
    meter_no      text        NOT NULL,
    reading_id    text        NOT NULL,
    old_index     numeric     NOT NULL,
    new_index     numeric     NOT NULL,
    reason        text        NOT NULL,
    requested_by  text        NOT NULL,
    requested_at  timestamptz NOT NULL,
    status        text        NOT NULL,
    approved_by   text,
    approved_at   timestamptz
);
CREATE INDEX read_reading_review_correction_queue
    ON read_reading_review_correction (status, requested_at, correction_id);
