-- Payments, and the ledger rows that go to the charging system, each in exactly one batch.
CREATE TABLE read_payments (
    payment_id      text        PRIMARY KEY,
    method          text        NOT NULL,
    amount          bigint      NOT NULL,
    campus          text        NOT NULL,
    paid_at         timestamptz NOT NULL,
    paid_month      text        NOT NULL,
    taken_by        text        NOT NULL,
    cheque_number   text,
    cheque_bank     text,
    reversed_at     timestamptz,
    reversed_by     text,
    reversal_reason text
);
CREATE INDEX read_payments_time ON read_payments (paid_at DESC, payment_id DESC);

CREATE TABLE read_payments_row (
    leaf_index bigint   NOT NULL,
    line       integer  NOT NULL,
    payment_id text     NOT NULL,
    account_no text     NOT NULL,
    bill_no    text,
    -- Of a credit, the month it was paid in.
    bill_month text     NOT NULL,
    paid_month text     NOT NULL,
    booked_on  date     NOT NULL,
    kind       text     NOT NULL,
    amount     bigint   NOT NULL,
    batch      integer,
    -- As they were when the batch was closed.
    receipts   text,
    PRIMARY KEY (leaf_index, line)
);
CREATE INDEX read_payments_row_of_payment ON read_payments_row (payment_id);
CREATE INDEX read_payments_row_of_account ON read_payments_row (account_no);
CREATE INDEX read_payments_row_of_batch ON read_payments_row (batch);
CREATE INDEX read_payments_row_bill_month ON read_payments_row (bill_month) WHERE batch IS NULL;
CREATE INDEX read_payments_row_paid_month ON read_payments_row (paid_month) WHERE batch IS NULL;

-- Which receipts were given for an account's part of a payment.
CREATE TABLE read_payments_receipt (
    payment_id text NOT NULL,
    account_no text NOT NULL,
    receipt_no text NOT NULL,
    PRIMARY KEY (payment_id, account_no, receipt_no)
);

CREATE TABLE read_payments_batch (
    batch        integer     PRIMARY KEY,
    basis        text        NOT NULL,
    month        text        NOT NULL,
    through_leaf bigint      NOT NULL,
    row_count    bigint      NOT NULL,
    total        bigint      NOT NULL,
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL
);
