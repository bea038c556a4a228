-- What is good for one use, such as the number of a sign-in or of a call to us, and for which: the
-- same use may come again. Hashes only, and not for longer than it could be tried.
CREATE TABLE used_once (
    key_hmac   bytea       PRIMARY KEY,
    use_hmac   bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_once_expires_at ON used_once (expires_at);
