-- The last comparison of each day of a payment gateway with what is recorded here.
CREATE TABLE read_gateway_statements (
    channel         text        NOT NULL,
    merchant        text        NOT NULL,
    day             date        NOT NULL,
    file            text        NOT NULL,
    there_rows      bigint      NOT NULL,
    there_paid      bigint      NOT NULL,
    there_refunded  bigint      NOT NULL,
    agreed_rows     bigint      NOT NULL,
    agreed_paid     bigint      NOT NULL,
    agreed_refunded bigint      NOT NULL,
    -- As the event has them.
    differences     jsonb       NOT NULL,
    compared_at     timestamptz NOT NULL,
    compared_by     text        NOT NULL,
    PRIMARY KEY (channel, merchant, day)
);
