-- 退房, 结清证明: the holder uses nothing any more, and owes nothing; until somebody uses the account again.
ALTER TABLE read_account_statement
    ADD COLUMN certificate_no text,
    ADD COLUMN cleared_on     date,
    -- As the event says it: the day, the last bill, where the meters stood, what it came to.
    ADD COLUMN moved_out      jsonb;
