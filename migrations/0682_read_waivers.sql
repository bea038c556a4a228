-- 减免与核销: what was given up of which bill, by whom and why.
CREATE TABLE read_waivers (
    waiver_id    text        PRIMARY KEY,
    account_no   text        NOT NULL,
    bill_no      text        NOT NULL,
    -- late_fee, bill_rest, small_rest
    kind         text        NOT NULL,
    amount       bigint      NOT NULL,
    reason       text        NOT NULL,
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL,
    -- requested, approved, rejected, reversed
    state        text        NOT NULL,
    approved_by  text,
    approved_at  timestamptz,
    -- Who turned it down or took it back, and why.
    ended_by     text,
    ended_at     timestamptz,
    ended_reason text
);
CREATE INDEX read_waivers_state ON read_waivers (state, requested_at DESC, waiver_id DESC);
CREATE INDEX read_waivers_time ON read_waivers (requested_at DESC, waiver_id DESC);
CREATE INDEX read_waivers_bill ON read_waivers (bill_no);
CREATE INDEX read_waivers_account ON read_waivers (account_no);
