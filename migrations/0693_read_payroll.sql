-- 工资代扣: which accounts have agreed to it. The 工号 stays in the event.
CREATE TABLE read_payroll_mandates (
    account_no   text        PRIMARY KEY,
    -- Of the event that has the 工号.
    sequence     bigint      NOT NULL,
    agreed_at    timestamptz NOT NULL,
    noted_by     text        NOT NULL,
    ended_at     timestamptz,
    ended_reason text
);

-- What a file to the payroll office asks for, and what has come of each row.
CREATE TABLE read_payroll_batches (
    batch_no  text        PRIMARY KEY,
    month     text        NOT NULL,
    total     bigint      NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by text        NOT NULL
);
CREATE TABLE read_payroll_rows (
    batch_no   text   NOT NULL,
    account_no text   NOT NULL,
    asked      bigint NOT NULL,
    -- asked, paid, refused
    state      text   NOT NULL,
    deducted   bigint,
    payment_id text,
    reason     text,
    decided_at timestamptz,
    decided_by text,
    PRIMARY KEY (batch_no, account_no)
);
CREATE INDEX read_payroll_rows_asked ON read_payroll_rows (account_no) WHERE state = 'asked';
