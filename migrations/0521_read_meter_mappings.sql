-- By which numbers a metering point is and was known, beside its own: what was stamped on its
-- devices, and what handhelds and platforms call it.
CREATE TABLE read_meter_mappings (
    kind      text   NOT NULL,
    number    text   NOT NULL,
    meter_no  text   NOT NULL,
    -- Of the event that began it; one number may come back to a meter.
    sequence  bigint NOT NULL,
    from_on   date   NOT NULL,
    to_on     date,
    linked_by text   NOT NULL,
    reason    text,
    PRIMARY KEY (kind, number, meter_no, sequence)
);
CREATE INDEX read_meter_mappings_meter ON read_meter_mappings (meter_no);
CREATE INDEX read_meter_mappings_active ON read_meter_mappings (number) WHERE to_on IS NULL;
