-- A prepaid account has several bills a month.
DROP INDEX read_account_statement_bill_standing;
DROP INDEX read_account_statement_bill_of_month;
CREATE INDEX read_account_statement_bill_of_month
    ON read_account_statement_bill (bill_month, bill_no);
