-- Transfers somebody says to have made.
CREATE TABLE read_transfer_claims (
    claim_id       text        PRIMARY KEY,
    accounts       text[]      NOT NULL,
    bills          text[]      NOT NULL,
    amount         bigint      NOT NULL,
    photo          text,
    transferred_on date,
    campus         text,
    submitted_by   text        NOT NULL,
    submitted_at   timestamptz NOT NULL,
    -- pending, mismatched, verified, rejected, reversed
    state          text        NOT NULL,
    bank_reference text,
    received       bigint,
    payment_id     text,
    reason         text,
    decided_by     text,
    decided_at     timestamptz
);
CREATE INDEX read_transfer_claims_time ON read_transfer_claims (submitted_at DESC, claim_id DESC);
CREATE INDEX read_transfer_claims_accounts ON read_transfer_claims USING gin (accounts);
CREATE INDEX read_transfer_claims_photo ON read_transfer_claims (photo);
