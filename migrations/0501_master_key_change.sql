-- By which master key a person's key is wrapped; NULL: by the one there was before it could change.
ALTER TABLE subject_key ADD COLUMN wrapped_by bytea;
CREATE INDEX subject_key_wrapped_by ON subject_key (wrapped_by) WHERE wrapped_key IS NOT NULL;

-- The master key the stored keyed hashes come from.
CREATE TABLE hashing_master (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    key_id    bytea   NOT NULL
);

-- The keys of those hashes, since the master key has changed: they outlive the one they were derived
-- from, wrapped by the present one.
CREATE TABLE hashing_key (
    purpose     text  PRIMARY KEY,
    wrapped_key bytea NOT NULL,
    wrapped_by  bytea NOT NULL
);
