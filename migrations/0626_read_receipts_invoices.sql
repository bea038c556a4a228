-- The e-invoice a receipt was exchanged for, and what reversed it.
ALTER TABLE read_receipts
    ADD COLUMN invoice_no     text,
    ADD COLUMN red_invoice_no text,
    ADD COLUMN red_reason     text;
