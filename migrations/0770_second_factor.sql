-- 两步验证: the secrets that the apps of staff have, sealed. Not history, like passwords.
CREATE TABLE second_factor (
    login     text        PRIMARY KEY,
    sealed    bytea       NOT NULL,
    -- Null until its owner has shown that the app has it.
    on_since  timestamptz,
    -- Of the code that was used last: none is good twice.
    last_step bigint      NOT NULL
);
