-- Whether a metering point is out of use, and since when.
ALTER TABLE read_meter_card ADD COLUMN inactivity text;
ALTER TABLE read_meter_card ADD COLUMN inactive_since timestamptz;
