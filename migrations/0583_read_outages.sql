-- Outage notices.
CREATE TABLE read_outages (
    outage_id    text        PRIMARY KEY,
    commodities  text[]      NOT NULL,
    -- campus, building, meter or account
    area         text        NOT NULL,
    campus       text        NOT NULL,
    building     text,
    meter_no     text,
    account_no   text,
    outage_from  timestamptz NOT NULL,
    outage_to    timestamptz NOT NULL,
    reason       text        NOT NULL,
    published_at timestamptz NOT NULL,
    -- As published first, where it was extended.
    first_to     timestamptz NOT NULL,
    extension    text,
    cancelled_at timestamptz,
    cancellation text,
    reminded_at  timestamptz
);
CREATE INDEX read_outages_to ON read_outages (outage_to, outage_id);
