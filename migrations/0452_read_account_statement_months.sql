-- For the bills of a month over all accounts.
CREATE INDEX read_account_statement_bill_of_month
    ON read_account_statement_bill (bill_month, account_no);
