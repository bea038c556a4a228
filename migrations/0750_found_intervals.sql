-- What the rules found in remote meters' intervals, the latest day first: most days hold nothing.
CREATE INDEX read_intervals_found ON read_intervals (day DESC, meter_no DESC, collector_no DESC)
    WHERE findings <> '[]';
