-- Every version of the validation rules.
CREATE TABLE read_validation_rules (
    version      integer     PRIMARY KEY,
    published_at timestamptz NOT NULL,
    published_by text        NOT NULL,
    -- The whole version, with its thresholds by class of meters.
    rules        jsonb       NOT NULL
);
