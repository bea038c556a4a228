-- 跨校区往来: what one campus has taken for accounts of another, by month.
CREATE TABLE read_campus_clearing (
    from_campus text        NOT NULL,
    to_campus   text        NOT NULL,
    month       text        NOT NULL,
    owed        bigint      NOT NULL,
    relieved    bigint      NOT NULL,
    settled     bigint      NOT NULL,
    settled_by  text,
    settled_at  timestamptz,
    PRIMARY KEY (from_campus, to_campus, month)
);
