-- Of which class an account was when it was opened, and from which day on it was of another.
ALTER TABLE read_directory_account ADD COLUMN first_class text NOT NULL DEFAULT '';

CREATE TABLE read_directory_class_change (
    account_no text NOT NULL,
    from_on    date NOT NULL,
    class      text NOT NULL,
    PRIMARY KEY (account_no, from_on)
);
