-- 上门收费: rounds from door to door, who is on the list of each, and what came of the visits.
CREATE TABLE read_collection_rounds (
    round_id     text        PRIMARY KEY,
    campus       text        NOT NULL,
    day          date        NOT NULL,
    cashier      text        NOT NULL,
    note         text,
    planned_by   text        NOT NULL,
    planned_at   timestamptz NOT NULL,
    state        text        NOT NULL,
    ended_by     text,
    ended_at     timestamptz,
    ended_reason text
);
CREATE INDEX read_collection_rounds_day ON read_collection_rounds (day DESC, round_id DESC);

CREATE TABLE read_collection_rounds_account (
    round_id    text        NOT NULL,
    account_no  text        NOT NULL,
    visits      integer     NOT NULL DEFAULT 0,
    -- Null while nobody has been there.
    outcome     text,
    promised_on date,
    left_note   text,
    note        text,
    visited_at  timestamptz,
    PRIMARY KEY (round_id, account_no)
);
CREATE INDEX read_collection_rounds_account_of ON read_collection_rounds_account (account_no);

-- Which money it was; how much, the payments say.
CREATE TABLE read_collection_rounds_payment (
    round_id   text NOT NULL,
    account_no text NOT NULL,
    payment_id text NOT NULL,
    PRIMARY KEY (round_id, account_no, payment_id)
);
