-- Rounds, and for each meter on a walk whether it has been read.
CREATE TABLE read_unread_meters_round (
    round_id  text PRIMARY KEY,
    book      text NOT NULL,
    month     text NOT NULL,
    campus    text NOT NULL,
    opened_on date NOT NULL,
    due_on    date NOT NULL,
    closed_on date
);
CREATE INDEX read_unread_meters_round_month ON read_unread_meters_round (month, campus, book);

CREATE TABLE read_unread_meters (
    round_id    text   NOT NULL,
    meter_no    text   NOT NULL,
    position    bigint NOT NULL,
    -- unread, held (read, but waiting for review) or read
    state       text   NOT NULL,
    reading_id  text,
    reason      text,
    note        text,
    recorded_on date,
    recorded_by text,
    PRIMARY KEY (round_id, meter_no)
);
CREATE INDEX read_unread_meters_open ON read_unread_meters (meter_no) WHERE state <> 'read';
