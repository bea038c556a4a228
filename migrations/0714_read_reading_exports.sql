-- Readings and usages for the charging system: a row for each reading and for each change of it,
-- each in exactly one batch.
CREATE TABLE read_reading_exports_row (
    leaf_index     bigint  NOT NULL,
    line           integer NOT NULL,
    reading_id     text    NOT NULL,
    meter_no       text    NOT NULL,
    read_month     text    NOT NULL,
    read_on        date    NOT NULL,
    previous_index numeric NOT NULL,
    index          numeric NOT NULL,
    usage          numeric NOT NULL,
    quality        text    NOT NULL,
    -- read, changed or withdrawn.
    kind           text    NOT NULL,
    batch          integer,
    -- Who paid for the meter on the day, as it was known when the batch was closed.
    account_no     text,
    PRIMARY KEY (leaf_index, line)
);
CREATE INDEX read_reading_exports_row_of_batch ON read_reading_exports_row (batch);
CREATE INDEX read_reading_exports_row_month
    ON read_reading_exports_row (read_month) WHERE batch IS NULL;

-- Each reading as it is now.
CREATE TABLE read_reading_exports_reading (
    reading_id     text    PRIMARY KEY,
    meter_no       text    NOT NULL,
    read_on        date    NOT NULL,
    previous_index numeric NOT NULL,
    index          numeric NOT NULL,
    usage          numeric NOT NULL,
    quality        text    NOT NULL
);

CREATE TABLE read_reading_exports_meter (
    meter_no  text PRIMARY KEY,
    commodity text NOT NULL,
    campus    text NOT NULL
);

CREATE TABLE read_reading_exports_payer (
    account_no text NOT NULL,
    meter_no   text NOT NULL,
    from_on    date NOT NULL,
    to_on      date,
    PRIMARY KEY (account_no, meter_no, from_on)
);
CREATE INDEX read_reading_exports_payer_of_meter ON read_reading_exports_payer (meter_no);

CREATE TABLE read_reading_exports_batch (
    batch        integer     PRIMARY KEY,
    month        text        NOT NULL,
    campus       text,
    through_leaf bigint      NOT NULL,
    row_count    bigint      NOT NULL,
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL
);
