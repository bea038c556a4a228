-- Every version of a profile as it was published, to be compared with the one before.
CREATE TABLE read_import_profiles_version (
    profile_id   text        NOT NULL,
    version      integer     NOT NULL,
    layout       jsonb       NOT NULL,
    published_at timestamptz NOT NULL,
    published_by text        NOT NULL,
    PRIMARY KEY (profile_id, version)
);
