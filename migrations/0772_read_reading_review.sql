-- Where in the log a rule first found something in a reading: the order in which findings are told.
ALTER TABLE read_reading_review ADD COLUMN found_at bigint;
CREATE INDEX read_reading_review_found_at ON read_reading_review (found_at) WHERE found_at IS NOT NULL;
