-- What paying late costs, oldest first.
ALTER TABLE read_tariffs ADD COLUMN late_fees jsonb NOT NULL DEFAULT '[]';
