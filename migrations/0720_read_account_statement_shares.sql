-- Who lives behind an account's meters, who shares a bill, and what of it the centre bears.
ALTER TABLE read_account_statement ADD COLUMN occupants jsonb NOT NULL DEFAULT '[]';
ALTER TABLE read_account_statement_bill ADD COLUMN shares jsonb NOT NULL DEFAULT '[]';
ALTER TABLE read_account_statement_line ADD COLUMN borne bigint;
