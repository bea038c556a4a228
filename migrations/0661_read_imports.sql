-- Files whose readings are taken back, and what of them stays.
ALTER TABLE read_imports
    -- requested, approved or done; none where nobody asked.
    ADD COLUMN undo              text,
    ADD COLUMN undo_reason       text,
    ADD COLUMN undo_requested_by text,
    ADD COLUMN undo_approved_by  text,
    ADD COLUMN withdrawn         integer NOT NULL DEFAULT 0,
    ADD COLUMN kept              integer NOT NULL DEFAULT 0,
    -- Of the last time, also after the file was taken in again.
    ADD COLUMN undone_at         timestamptz;

CREATE TABLE read_imports_kept (
    batch_id   text NOT NULL,
    meter_no   text NOT NULL,
    reading_id text NOT NULL,
    code       text NOT NULL,
    PRIMARY KEY (batch_id, reading_id)
);
