-- How files are read now, by the profile they are taken in with.
CREATE TABLE read_import_profiles (
    profile_id text    PRIMARY KEY,
    version    integer NOT NULL,
    layout     jsonb   NOT NULL,
    retired    boolean NOT NULL
);
