-- Who walks a round, where its meters hang, what visits left behind, and readings that contradict
-- each other.
ALTER TABLE read_unread_meters_round ADD COLUMN reader text;
CREATE INDEX read_unread_meters_round_reader ON read_unread_meters_round (reader, month);

ALTER TABLE read_unread_meters ADD COLUMN visits bigint NOT NULL DEFAULT 0;
ALTER TABLE read_unread_meters ADD COLUMN left_note text;
-- How it was read in the end.
ALTER TABLE read_unread_meters ADD COLUMN channel text;

CREATE TABLE read_unread_meters_meter (
    meter_no     text    PRIMARY KEY,
    building     text    NOT NULL,
    room         text    NOT NULL,
    self_read    boolean NOT NULL,
    -- How its last reading came in; a meter that reports by itself is on nobody's walk.
    last_channel text
);

-- What the centre calls a reason; reasons every centre starts with are not here until changed.
CREATE TABLE read_unread_meters_reason (
    code       text    PRIMARY KEY,
    label      text    NOT NULL,
    needs_note boolean NOT NULL,
    retired    boolean NOT NULL
);

CREATE TABLE read_unread_meters_conflict (
    round_id    text        NOT NULL,
    item_id     text        NOT NULL,
    meter_no    text        NOT NULL,
    index       numeric     NOT NULL,
    read_at     timestamptz NOT NULL,
    photo       text,
    note        text,
    read_by     text        NOT NULL,
    existing    text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    settled_by  text,
    taken_as    text,
    PRIMARY KEY (round_id, item_id)
);
CREATE INDEX read_unread_meters_conflict_open
    ON read_unread_meters_conflict (read_by) WHERE settled_by IS NULL;
