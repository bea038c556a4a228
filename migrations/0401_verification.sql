-- What the last comparison of a read model with its replay came to.
CREATE TABLE verification (
    projection   text        PRIMARY KEY,
    -- When its turn was first waited for.
    since        timestamptz NOT NULL,
    verified_at  timestamptz,
    next_leaf    bigint,
    differences  bigint,
    milliseconds bigint,
    CHECK ((verified_at IS NULL) = (differences IS NULL))
);
