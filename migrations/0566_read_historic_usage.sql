-- Months from before, as the charging system kept them.
CREATE TABLE read_historic_usage (
    meter_no text    NOT NULL,
    month    text    NOT NULL,
    -- Its first day, to be put beside readings.
    on_day   date    NOT NULL,
    usage    numeric NOT NULL,
    batch    text,
    PRIMARY KEY (meter_no, month)
);
CREATE INDEX read_historic_usage_day ON read_historic_usage (on_day);
CREATE INDEX read_historic_usage_batch ON read_historic_usage (batch);
