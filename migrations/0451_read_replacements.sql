-- What hangs on every metering point now, to tell what a replacement takes down.
CREATE TABLE read_replacements_device (
    meter_no    text    PRIMARY KEY,
    campus      text    NOT NULL,
    commodity   text    NOT NULL,
    hardware_no text,
    multiplier  numeric,
    -- Of a device that was taken down while no other is up.
    removed     jsonb
);

-- Every change of a device for another.
CREATE TABLE read_replacements (
    meter_no              text        NOT NULL,
    replaced_at           timestamptz NOT NULL,
    campus                text        NOT NULL,
    commodity             text        NOT NULL,
    reason                text        NOT NULL,
    replaced_by           text        NOT NULL,
    removed_hardware_no   text        NOT NULL,
    removed_multiplier    numeric     NOT NULL,
    closing_index         numeric     NOT NULL,
    installed_hardware_no text        NOT NULL,
    installed_multiplier  numeric     NOT NULL,
    opening_index         numeric     NOT NULL,
    PRIMARY KEY (meter_no, replaced_at)
);
CREATE INDEX read_replacements_list ON read_replacements (replaced_at, meter_no);
