-- The card of a metering point: where it hangs, what hangs there now, and its last index.
CREATE TABLE read_meter_card (
    meter_no        text        PRIMARY KEY,
    commodity       text        NOT NULL,
    campus          text        NOT NULL,
    building        text        NOT NULL,
    room            text        NOT NULL,
    book            text        NOT NULL,
    walk_order      bigint      NOT NULL,
    self_read       boolean     NOT NULL,
    hardware_no     text,
    digits          smallint,
    decimals        smallint,
    multiplier      numeric,
    max_per_hour    numeric,
    opening_index   numeric,
    installed_at    timestamptz,
    last_reading_id text,
    last_index      numeric,
    last_read_at    timestamptz,
    cumulative      numeric     NOT NULL
);
CREATE INDEX read_meter_card_walk ON read_meter_card (book, walk_order, meter_no);
CREATE INDEX read_meter_card_hardware ON read_meter_card (hardware_no);

-- The account that pays for it at present.
CREATE TABLE read_meter_card_account (
    meter_no   text PRIMARY KEY,
    account_no text NOT NULL,
    since_on   date NOT NULL
);
CREATE INDEX read_meter_card_account_of ON read_meter_card_account (account_no);
