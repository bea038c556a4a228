-- Void bills and their revisions, and what notes have changed of a bill.
DROP INDEX read_account_statement_bill_month;
CREATE INDEX read_account_statement_bill_month
    ON read_account_statement_bill (account_no, bill_month);
ALTER TABLE read_account_statement_bill ADD COLUMN adjusted bigint NOT NULL DEFAULT 0;
ALTER TABLE read_account_statement_bill ADD COLUMN voided_on date;
ALTER TABLE read_account_statement_bill ADD COLUMN void_reason text;
-- A month can be billed again: at most one bill of it stands.
CREATE UNIQUE INDEX read_account_statement_bill_standing
    ON read_account_statement_bill (account_no, bill_month) WHERE voided_on IS NULL;

CREATE TABLE read_account_statement_note (
    note_no    text   PRIMARY KEY,
    account_no text   NOT NULL,
    bill_no    text   NOT NULL,
    bill_month text   NOT NULL,
    -- The month in whose books it is.
    booked_in  text   NOT NULL,
    issued_on  date   NOT NULL,
    amount     bigint NOT NULL,
    reason     text   NOT NULL,
    -- Of a rebilling: the bill's lines as they stood, and as they should have been.
    before     jsonb,
    after      jsonb
);
CREATE INDEX read_account_statement_note_of_bill ON read_account_statement_note (bill_no, note_no);
