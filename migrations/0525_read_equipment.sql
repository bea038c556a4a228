-- The models the centre may use, with what they lack.
CREATE TABLE read_equipment_model (
    model_id   text     PRIMARY KEY,
    kind       text     NOT NULL,
    calibre_mm integer,
    spec       jsonb    NOT NULL,
    shortfalls jsonb    NOT NULL,
    withdrawn  boolean  NOT NULL
);

-- Every piece, with its last verification.
CREATE TABLE read_equipment_item (
    equipment_no   text    PRIMARY KEY,
    model_id       text    NOT NULL,
    kind           text    NOT NULL,
    campus         text    NOT NULL,
    keeper         text,
    acquired_on    date    NOT NULL,
    verified_on    date,
    certificate_no text,
    passed         boolean,
    retired        boolean NOT NULL
);

-- How long meters may hang, by calibre; place is the order of the classes.
CREATE TABLE read_equipment_cycle (
    commodity      text    NOT NULL,
    from_on        date    NOT NULL,
    place          integer NOT NULL,
    calibre_mm_max integer,
    verify_months  integer,
    rotate_months  integer,
    reason         text    NOT NULL,
    set_by         text    NOT NULL,
    PRIMARY KEY (commodity, from_on, place)
);
