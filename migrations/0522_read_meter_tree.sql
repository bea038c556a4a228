-- Which meter is and was behind which.
CREATE TABLE read_meter_tree (
    meter_no  text   NOT NULL,
    -- Of the event that began it.
    sequence  bigint NOT NULL,
    parent_no text   NOT NULL,
    role      text   NOT NULL,
    from_on   date   NOT NULL,
    to_on     date,
    reason    text,
    PRIMARY KEY (meter_no, sequence)
);
CREATE INDEX read_meter_tree_parent ON read_meter_tree (parent_no);

-- What loss is ordinary, by the day from which it is.
CREATE TABLE read_meter_tree_limits (
    commodity    text    NOT NULL,
    from_on      date    NOT NULL,
    low_percent  numeric NOT NULL,
    high_percent numeric NOT NULL,
    reason       text    NOT NULL,
    set_by       text    NOT NULL,
    PRIMARY KEY (commodity, from_on)
);
