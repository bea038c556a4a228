-- 押金: held apart from credit.
ALTER TABLE read_account_statement ADD COLUMN deposit bigint NOT NULL DEFAULT 0;
