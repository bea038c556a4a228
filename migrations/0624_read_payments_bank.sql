-- How a payment came, and what the bank has said of a cheque: cleared or bounced.
ALTER TABLE read_payments
    ADD COLUMN bank_reference text,
    ADD COLUMN transfer_claim text,
    ADD COLUMN till_id        text,
    ADD COLUMN has_payer      boolean NOT NULL DEFAULT false,
    ADD COLUMN cheque_state   text;
-- When the paper of a void receipt came back, or why it never will.
ALTER TABLE read_receipts
    ADD COLUMN returned_at timestamptz,
    ADD COLUMN lost        text;
