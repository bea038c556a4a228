-- Usage by accepted reading; months and accounts are put together when asked.
CREATE TABLE read_usage_history (
    reading_id text    PRIMARY KEY,
    meter_no   text    NOT NULL,
    read_on    date    NOT NULL,
    read_at    timestamptz NOT NULL,
    usage      numeric NOT NULL,
    cumulative numeric NOT NULL
);
CREATE INDEX read_usage_history_meter_time ON read_usage_history (meter_no, read_on);

CREATE TABLE read_usage_history_meter (
    meter_no  text PRIMARY KEY,
    commodity text NOT NULL
);

-- Which account pays for which stretch of a meter's count.
CREATE TABLE read_usage_history_assignment (
    account_no    text    NOT NULL,
    meter_no      text    NOT NULL,
    from_on       date    NOT NULL,
    from_count    numeric NOT NULL,
    to_on         date,
    to_count      numeric,
    PRIMARY KEY (account_no, meter_no, from_on)
);
