-- The label of every meter that has one.
CREATE TABLE read_meter_labels (
    meter_no       text    PRIMARY KEY,
    serial         bigint  NOT NULL,
    batch_id       text,
    printed_at     timestamptz,
    printed_by     text,
    -- The last scan of this label.
    scanned_at     timestamptz,
    scan_condition text,
    readable       boolean
);

-- What was printed together, to be fetched again.
CREATE TABLE read_meter_labels_batch (
    batch_id    text        NOT NULL,
    meter_no    text        NOT NULL,
    serial      bigint      NOT NULL,
    size        jsonb       NOT NULL,
    printed_at  timestamptz NOT NULL,
    printed_by  text        NOT NULL,
    PRIMARY KEY (batch_id, meter_no)
);

-- Every scan there was.
CREATE TABLE read_meter_labels_scan (
    meter_no   text        NOT NULL,
    sequence   bigint      NOT NULL,
    serial     bigint      NOT NULL,
    condition  text        NOT NULL,
    readable   boolean     NOT NULL,
    scanned_at timestamptz NOT NULL,
    scanned_by text        NOT NULL,
    PRIMARY KEY (meter_no, sequence)
);

CREATE TABLE read_meter_labels_template (
    template_id text  PRIMARY KEY,
    size        jsonb NOT NULL
);
