-- Debit and credit, as they follow from events.
CREATE TABLE read_ledger (
    leaf_index bigint  NOT NULL,
    line       integer NOT NULL,
    booked_on  date    NOT NULL,
    event_type text    NOT NULL,
    -- The stream of the event.
    source     text    NOT NULL,
    account    text    NOT NULL,
    subject    text    NOT NULL,
    debit      bigint  NOT NULL CHECK (debit >= 0),
    credit     bigint  NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (leaf_index, line)
);
CREATE INDEX read_ledger_source ON read_ledger (source);
CREATE INDEX read_ledger_subject ON read_ledger (account, subject);
