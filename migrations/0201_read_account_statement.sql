-- One account's bills, meters and timeline. Holder and address are not here: they are personal.
CREATE TABLE read_account_statement (
    account_no        text     PRIMARY KEY,
    class             text     NOT NULL,
    campus            text     NOT NULL,
    household_persons integer  NOT NULL,
    open              bigint   NOT NULL CHECK (open >= 0),
    credit            bigint   NOT NULL CHECK (credit >= 0),
    entries           integer  NOT NULL
);

CREATE TABLE read_account_statement_meter (
    account_no          text    NOT NULL,
    meter_no            text    NOT NULL,
    assigned_from       date    NOT NULL,
    commodity           text    NOT NULL,
    tariff_id           text    NOT NULL,
    billed_cumulative   numeric NOT NULL,
    billed_to           date    NOT NULL,
    released_on         date,
    released_cumulative numeric,
    PRIMARY KEY (account_no, meter_no, assigned_from)
);

CREATE TABLE read_account_statement_bill (
    bill_no    text   PRIMARY KEY,
    account_no text   NOT NULL,
    bill_month text   NOT NULL,
    issued_on  date   NOT NULL,
    total      bigint NOT NULL,
    open       bigint NOT NULL CHECK (open >= 0)
);
CREATE UNIQUE INDEX read_account_statement_bill_month
    ON read_account_statement_bill (account_no, bill_month);

CREATE TABLE read_account_statement_line (
    bill_no      text     NOT NULL,
    line         integer  NOT NULL,
    meter_no     text     NOT NULL,
    commodity    text     NOT NULL,
    component    text     NOT NULL,
    tariff_id    text     NOT NULL,
    version_from date     NOT NULL,
    tier         integer,
    quantity     numeric  NOT NULL,
    price        numeric  NOT NULL,
    amount       bigint   NOT NULL,
    -- The readings between which the quantity was used.
    readings     jsonb    NOT NULL,
    PRIMARY KEY (bill_no, line)
);

CREATE TABLE read_account_statement_entry (
    account_no text        NOT NULL,
    entry      integer     NOT NULL,
    at         timestamptz NOT NULL,
    kind       text        NOT NULL,
    bill_no    text,
    bill_month text,
    payment_id text,
    amount     bigint      NOT NULL,
    -- Open bills less credit, after this entry.
    balance    bigint      NOT NULL,
    PRIMARY KEY (account_no, entry)
);
