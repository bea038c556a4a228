-- The receipt register.
CREATE TABLE read_receipts (
    receipt_no text        PRIMARY KEY,
    payment_id text        NOT NULL,
    campus     text        NOT NULL,
    total      bigint      NOT NULL,
    issued_at  timestamptz NOT NULL,
    issued_by  text        NOT NULL,
    -- How often it was printed again.
    copies     integer     NOT NULL,
    -- The payment it was given for was reversed.
    reversed   boolean     NOT NULL
);
CREATE INDEX read_receipts_payment ON read_receipts (payment_id);

CREATE TABLE read_receipts_item (
    receipt_no text   NOT NULL,
    item       integer NOT NULL,
    account_no text   NOT NULL,
    part       text   NOT NULL,
    amount     bigint NOT NULL,
    PRIMARY KEY (receipt_no, item)
);
