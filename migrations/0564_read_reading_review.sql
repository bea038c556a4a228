-- What came in in a month, whatever became of it.
CREATE INDEX read_reading_review_time ON read_reading_review (read_at);
