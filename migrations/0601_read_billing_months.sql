-- Campuses' months that are closed.
CREATE TABLE read_billing_months (
    campus    text        NOT NULL,
    month     text        NOT NULL,
    closed_by text        NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (campus, month)
);
