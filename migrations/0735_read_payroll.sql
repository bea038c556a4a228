-- What the payroll office has paid in for a batch, by line of the bank's statement.
CREATE TABLE read_payroll_money (
    batch_no       text        NOT NULL,
    bank_reference text        NOT NULL,
    amount         bigint      NOT NULL,
    received_at    timestamptz NOT NULL,
    received_by    text        NOT NULL,
    PRIMARY KEY (batch_no, bank_reference)
);
