-- Lines of the bank's statement, and what became of each. Who has paid and why stays in the event.
CREATE TABLE read_bank_lines (
    bank_reference   text        PRIMARY KEY,
    amount           bigint      NOT NULL,
    booked_on        date        NOT NULL,
    account_no       text,
    has_payer        boolean     NOT NULL,
    has_memo         boolean     NOT NULL,
    -- open, held, booked, returned
    state            text        NOT NULL,
    held_reason      text,
    payment_id       text,
    return_reference text,
    return_reason    text,
    entered_at       timestamptz NOT NULL,
    entered_by       text        NOT NULL
);
CREATE INDEX read_bank_lines_day ON read_bank_lines (booked_on DESC, bank_reference DESC);
CREATE INDEX read_bank_lines_free ON read_bank_lines (booked_on) WHERE state IN ('open', 'held');
