-- 校内转账凭证: its number, used once in a year, and its day.
ALTER TABLE read_payments
    ADD COLUMN voucher_no text,
    ADD COLUMN voucher_on date;
