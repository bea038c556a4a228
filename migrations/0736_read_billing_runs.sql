-- Runs over the accounts of a month: who began them, how far they are, what they came to.
CREATE TABLE read_billing_runs (
    run_id          text        PRIMARY KEY,
    month           text        NOT NULL,
    -- Null for all campuses.
    campus          text,
    -- How many accounts were named; none for all there are.
    named           integer     NOT NULL,
    due_on          date,
    expected        integer     NOT NULL,
    started_at      timestamptz NOT NULL,
    started_by      text        NOT NULL,
    advanced_at     timestamptz NOT NULL,
    finished        boolean     NOT NULL DEFAULT false,
    billed          integer     NOT NULL DEFAULT 0,
    total           bigint      NOT NULL DEFAULT 0,
    nothing_to_bill integer     NOT NULL DEFAULT 0,
    already_billed  integer     NOT NULL DEFAULT 0,
    prepaid         integer     NOT NULL DEFAULT 0,
    billed_there    integer     NOT NULL DEFAULT 0,
    refused         integer     NOT NULL DEFAULT 0,
    -- The first of them; the run itself keeps no more.
    unread          jsonb       NOT NULL DEFAULT '[]',
    refusals        jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX read_billing_runs_started ON read_billing_runs (started_at DESC, run_id DESC);
CREATE INDEX read_billing_runs_open ON read_billing_runs (advanced_at) WHERE NOT finished;
