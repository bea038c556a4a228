-- Where metering points are, the newest mark last.
CREATE TABLE read_metering_points_location (
    meter_no   text        NOT NULL,
    sequence   bigint      NOT NULL,
    latitude   numeric,
    longitude  numeric,
    accuracy_m bigint,
    place      text        NOT NULL,
    photo      text,
    marked_at  timestamptz NOT NULL,
    marked_by  text        NOT NULL,
    PRIMARY KEY (meter_no, sequence)
);

-- What was verified on site, and what was amiss.
CREATE TABLE read_metering_points_check (
    verification_id text        PRIMARY KEY,
    meter_no        text        NOT NULL,
    checked_at      timestamptz NOT NULL,
    checked_by      text        NOT NULL,
    facts           jsonb       NOT NULL,
    mismatches      jsonb       NOT NULL,
    note            text,
    photo           text,
    -- Amiss, and nothing done about it yet.
    open            boolean     NOT NULL,
    resolution      text,
    resolved_by     text,
    resolved_at     timestamptz
);
CREATE INDEX read_metering_points_check_meter ON read_metering_points_check (meter_no);
CREATE INDEX read_metering_points_check_list ON read_metering_points_check (checked_at, verification_id);

-- How meters are read: those with a way of their own, and the classes of accounts.
CREATE TABLE read_metering_points_method (
    meter_no text NOT NULL,
    from_on  date NOT NULL,
    method   text NOT NULL,
    set_by   text NOT NULL,
    PRIMARY KEY (meter_no, from_on)
);
CREATE TABLE read_metering_points_class_method (
    class     text NOT NULL,
    commodity text NOT NULL,
    from_on   date NOT NULL,
    method    text NOT NULL,
    set_by    text NOT NULL,
    PRIMARY KEY (class, commodity, from_on)
);
