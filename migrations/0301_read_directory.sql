-- Who and what there is. Personal fields are not copied: a row says which event of its stream holds
-- them, and they are decrypted from there for whoever may see them.

CREATE TABLE read_directory_campus (
    campus_id text PRIMARY KEY,
    name      text NOT NULL,
    contact   text NOT NULL
);

-- Office hours by the first day they hold on.
CREATE TABLE read_directory_office_hours (
    campus_id text  NOT NULL,
    from_day  date  NOT NULL,
    spans     jsonb NOT NULL,
    PRIMARY KEY (campus_id, from_day)
);

CREATE TABLE read_directory_staff (
    login      text    PRIMARY KEY,
    department text    NOT NULL,
    position   text    NOT NULL,
    campus     text,
    roles      text[]  NOT NULL,
    employed   boolean NOT NULL,
    name_at    bigint  NOT NULL,
    mobile_at  bigint
);

CREATE TABLE read_directory_customer (
    customer_id   text        PRIMARY KEY,
    kind          text        NOT NULL,
    registered_at timestamptz NOT NULL,
    phone_at      bigint      NOT NULL
);

CREATE TABLE read_directory_account (
    account_no        text    PRIMARY KEY,
    class             text    NOT NULL,
    campus            text    NOT NULL,
    household_persons integer NOT NULL,
    holder_at         bigint  NOT NULL,
    phone_at          bigint,
    address_at        bigint  NOT NULL
);
CREATE INDEX read_directory_account_campus ON read_directory_account (campus, account_no);
CREATE INDEX read_directory_account_class ON read_directory_account (class, account_no);

CREATE TABLE read_directory_work_year (
    year integer PRIMARY KEY,
    list jsonb   NOT NULL
);
