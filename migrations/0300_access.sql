-- Who may come in: passwords, sessions and one-time codes. None of it is history, so none of it is
-- in the event store, and none of it can be read back: hashes only.

CREATE TABLE credential (
    login       text        PRIMARY KEY,
    -- Argon2id in PHC form.
    hash        text        NOT NULL,
    -- Given by somebody else; good for nothing but choosing an own one, and not for ever.
    initial     boolean     NOT NULL,
    expires_at  timestamptz,
    changed_at  timestamptz NOT NULL
);

CREATE TABLE session (
    id           uuid        PRIMARY KEY,
    token_hash   bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    kind         text        NOT NULL CHECK (kind IN ('staff', 'customer')),
    principal    text        NOT NULL,
    origin       text,
    opened_at    timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    -- Over after this much silence, and at the latest at `expires_at`.
    idle_seconds bigint      NOT NULL CHECK (idle_seconds > 0),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX session_principal ON session (kind, principal);
CREATE INDEX session_expires_at ON session (expires_at);

CREATE TABLE one_time_code (
    id         uuid        PRIMARY KEY,
    phone_hmac bytea       NOT NULL,
    code_hmac  bytea       NOT NULL,
    origin     text,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries      integer     NOT NULL DEFAULT 0,
    -- The one use it was good for; the same use may ask again.
    used_for   uuid
);
CREATE INDEX one_time_code_phone ON one_time_code (phone_hmac, issued_at DESC);
CREATE INDEX one_time_code_origin ON one_time_code (origin, issued_at DESC);
CREATE INDEX one_time_code_issued_at ON one_time_code (issued_at);

-- Tries that failed, per key of what is guarded: an account from one address, an address, an
-- account from anywhere.
CREATE TABLE throttle (
    key_hmac     bytea       PRIMARY KEY,
    tries        integer     NOT NULL,
    since        timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX throttle_since ON throttle (since);
