-- 日结: what each cashier has taken on a campus on a day, as booked and as counted.
CREATE TABLE read_tills (
    till_id         text        PRIMARY KEY,
    campus          text        NOT NULL,
    day             date        NOT NULL,
    cashier         text        NOT NULL,
    -- open, signed, approved
    state           text        NOT NULL,
    cash            bigint      NOT NULL,
    cheque          bigint      NOT NULL,
    payments        integer     NOT NULL,
    counted_cash    bigint,
    counted_cheque  bigint,
    reason          text,
    signed_at       timestamptz,
    approved_by     text,
    approved_at     timestamptz,
    reopened_reason text
);
CREATE INDEX read_tills_day ON read_tills (day DESC, till_id DESC);

-- 月结
CREATE TABLE read_tills_month (
    campus    text        NOT NULL,
    month     text        NOT NULL,
    closed_by text        NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (campus, month)
);
