-- Finding meters by number and place. A place is kept once from each of its words on, so that what
-- somebody types is always the beginning of a key: 紫荆-3-305, 3-305, 305.

CREATE INDEX read_meter_card_number ON read_meter_card (meter_no COLLATE "C");

CREATE TABLE read_meter_card_place (
    meter_no text NOT NULL,
    key      text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, meter_no)
);
