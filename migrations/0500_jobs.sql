-- The background jobs running nodes have, whoever holds their leases. A free lease of a job nobody
-- has any more is left over from an older program.
CREATE TABLE job (
    name      text        PRIMARY KEY,
    -- A node has had it without a gap from then ...
    since     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- ... until then.
    wanted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
