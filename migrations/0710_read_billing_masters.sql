-- 谁开账: who makes a campus's bills from a month on, as it was said; what is said later of the same
-- or an earlier month takes its place.
CREATE TABLE read_billing_masters (
    campus         text        NOT NULL,
    from_month     text        NOT NULL,
    master         text        NOT NULL,
    late_fees_here boolean     NOT NULL,
    reason         text        NOT NULL,
    set_by         text        NOT NULL,
    set_at         timestamptz NOT NULL,
    PRIMARY KEY (campus, from_month)
);
