-- Accounts that pay before, or once did: their terms, and how they are supplied.
CREATE TABLE read_prepaid (
    account_no   text   PRIMARY KEY,
    -- prepaid, postpaid
    scheme       text   NOT NULL,
    since_on     date   NOT NULL,
    reason       text   NOT NULL,
    alarm_below  bigint,
    grace_credit bigint,
    -- ample, low, grace, exhausted
    level        text   NOT NULL,
    -- on, cut_off_planned, cut_off_ordered, cut_off, restoration_ordered
    supply       text   NOT NULL,
    cut_off_at   timestamptz
);
CREATE INDEX read_prepaid_level ON read_prepaid (level, account_no);
