CREATE TABLE read_tariffs (
    tariff_id    text    PRIMARY KEY,
    name         text    NOT NULL,
    commodity    text    NOT NULL,
    payment_days integer NOT NULL,
    -- The whole schedule, with every version ever published.
    schedule     jsonb   NOT NULL
);
