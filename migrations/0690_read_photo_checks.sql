-- What the program saw on photos of readings, and what people said of it.
CREATE TABLE read_photo_checks (
    reading_id   text PRIMARY KEY,
    meter_no     text NOT NULL,
    photo        text NOT NULL,
    index        numeric NOT NULL,
    read_at      timestamptz NOT NULL,
    verdict      text NOT NULL,
    -- The whole check as the event keeps it.
    "check"      jsonb NOT NULL,
    -- What the picture looks like, to find copies of it.
    looks        varbit NOT NULL,
    analysed_at  timestamptz NOT NULL,
    -- held, accepted or gone
    standing     text NOT NULL,
    decision     text,
    note         text,
    reviewed_by  text,
    reviewed_at  timestamptz,
    -- The higher the sooner somebody should look; 0 where nobody need.
    risk         integer NOT NULL
);
CREATE INDEX read_photo_checks_photo ON read_photo_checks (photo);
CREATE INDEX read_photo_checks_of_meter ON read_photo_checks (meter_no, analysed_at);
CREATE INDEX read_photo_checks_queue ON read_photo_checks (risk DESC, reading_id) WHERE risk > 0;

CREATE TABLE read_photo_checks_meter (
    meter_no text PRIMARY KEY,
    campus   text NOT NULL
);
