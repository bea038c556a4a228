-- Numbered paper handed to cashiers, and the sheets that were used or spoiled.
CREATE TABLE read_receipt_stock (
    stock_no    text        PRIMARY KEY,
    first_no    text        NOT NULL,
    last_no     text        NOT NULL,
    sheets      bigint      NOT NULL,
    campus      text        NOT NULL,
    cashier     text        NOT NULL,
    issued_by   text        NOT NULL,
    issued_at   timestamptz NOT NULL,
    returned_to text,
    returned_at timestamptz
);
CREATE INDEX read_receipt_stock_time ON read_receipt_stock (issued_at DESC, stock_no DESC);

CREATE TABLE read_receipt_stock_sheet (
    stock_no   text   NOT NULL,
    number     bigint NOT NULL,
    printed_no text   NOT NULL,
    -- used, spoiled
    state      text   NOT NULL,
    receipt_no text,
    reason     text,
    PRIMARY KEY (stock_no, number)
);
CREATE INDEX read_receipt_stock_sheet_receipt ON read_receipt_stock_sheet (receipt_no);
