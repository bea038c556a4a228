-- 退款: who asked, who approved, how it was paid.
CREATE TABLE read_refunds (
    refund_id      text        PRIMARY KEY,
    account_no     text        NOT NULL,
    -- credit, deposit
    purse          text        NOT NULL,
    amount         bigint      NOT NULL,
    -- cash, bank
    method         text        NOT NULL,
    has_payee      boolean     NOT NULL,
    reason         text        NOT NULL,
    requested_by   text        NOT NULL,
    requested_at   timestamptz NOT NULL,
    -- requested, approved, rejected, paid, returned
    state          text        NOT NULL,
    approved_by    text,
    approved_at    timestamptz,
    paid_by        text,
    paid_at        timestamptz,
    till_id        text,
    bank_reference text,
    -- Who turned it down, or noted that the money has come back, and why.
    ended_by       text,
    ended_at       timestamptz,
    ended_reason   text
);
CREATE INDEX read_refunds_state ON read_refunds (state, requested_at DESC, refund_id DESC);
CREATE INDEX read_refunds_time ON read_refunds (requested_at DESC, refund_id DESC);
CREATE INDEX read_refunds_account ON read_refunds (account_no);
