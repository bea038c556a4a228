-- Of a bill that the charging system made: its numbers there, and what of it was paid there.
ALTER TABLE read_account_statement_bill ADD COLUMN origin jsonb;
ALTER TABLE read_account_statement_bill ADD COLUMN paid_there bigint NOT NULL DEFAULT 0;
