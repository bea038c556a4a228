-- Lists of the charging system's, as they were compared last, and what differs.
CREATE TABLE read_bill_reconciliations (
    reconciliation_id text        PRIMARY KEY,
    file_name         text        NOT NULL,
    campus            text,
    -- Parted by blanks.
    months            text        NOT NULL,
    run               integer     NOT NULL,
    there_bills       integer     NOT NULL DEFAULT 0,
    there_asked       bigint      NOT NULL DEFAULT 0,
    there_open        bigint      NOT NULL DEFAULT 0,
    here_bills        integer     NOT NULL DEFAULT 0,
    here_asked        bigint      NOT NULL DEFAULT 0,
    here_open         bigint      NOT NULL DEFAULT 0,
    agreed            integer     NOT NULL DEFAULT 0,
    differing         integer     NOT NULL DEFAULT 0,
    finished          boolean     NOT NULL DEFAULT false,
    compared_at       timestamptz NOT NULL,
    compared_by       text        NOT NULL
);
CREATE INDEX read_bill_reconciliations_newest
    ON read_bill_reconciliations (compared_at DESC, reconciliation_id DESC);

CREATE TABLE read_bill_reconciliations_difference (
    reconciliation_id text    NOT NULL,
    place             integer NOT NULL,
    kind              text    NOT NULL,
    account_no        text    NOT NULL,
    bill_month        text    NOT NULL,
    there             bigint,
    here              bigint,
    open_there        bigint,
    open_here         bigint,
    PRIMARY KEY (reconciliation_id, place)
);
