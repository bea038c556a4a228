-- For the readings in which a rule found something.
CREATE INDEX read_reading_review_found
    ON read_reading_review USING gin (findings jsonb_path_ops) WHERE findings <> '[]';
