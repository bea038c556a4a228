-- 缴款通知单 with what is still open of each; paid ones stay, since a reversal opens them again.
CREATE TABLE read_unpaid_notices (
    notice_no  text   PRIMARY KEY,
    account_no text   NOT NULL,
    bill_no    text   NOT NULL UNIQUE,
    bill_month text   NOT NULL,
    issued_on  date   NOT NULL,
    due_on     date   NOT NULL,
    amount     bigint NOT NULL,
    open       bigint NOT NULL CHECK (open >= 0)
);
CREATE INDEX read_unpaid_notices_open ON read_unpaid_notices (due_on, notice_no) WHERE open > 0;
CREATE INDEX read_unpaid_notices_of_account ON read_unpaid_notices (account_no);

CREATE TABLE read_unpaid_notices_account (
    account_no text PRIMARY KEY,
    campus     text NOT NULL
);
