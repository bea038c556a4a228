-- 公摊: who shares what a common meter shows, and the months that were shared out.
CREATE TABLE read_shared_allocations (
    meter_no    text  NOT NULL,
    -- Names the agreement within its meter.
    agreed_from date  NOT NULL,
    agreed      jsonb NOT NULL,
    ended_on    date,
    PRIMARY KEY (meter_no, agreed_from)
);

CREATE TABLE read_shared_allocations_posting (
    meter_no      text        NOT NULL,
    agreed_from   date        NOT NULL,
    bill_month    text        NOT NULL,
    -- A month that was taken back may be posted again.
    posting       bigint      NOT NULL,
    posted        jsonb       NOT NULL,
    posted_at     timestamptz NOT NULL,
    cancelled_on  date,
    cancel_reason text,
    PRIMARY KEY (meter_no, agreed_from, bill_month, posting)
);

-- Of a bill that is a share of a common meter's usage.
ALTER TABLE read_account_statement_bill ADD COLUMN shared_of text;
