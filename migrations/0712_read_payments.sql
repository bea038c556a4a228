-- The charging system's own numbers of the bills it made; a closed batch keeps them as they were.
CREATE TABLE read_payments_origin (
    bill_no text PRIMARY KEY,
    -- Parted by blanks.
    numbers text NOT NULL
);
ALTER TABLE read_payments_row ADD COLUMN origin_numbers text;
