-- Finding accounts. Names and phones stay sealed: what is kept of them are numbers of a blind index,
-- which say nothing without the master key and lead to nobody whose own key is destroyed.

CREATE INDEX read_directory_account_number ON read_directory_account (account_no COLLATE "C");

CREATE TABLE read_directory_account_token (
    account_no text   NOT NULL,
    -- What it was made of, so that a new name or phone takes the place of the old one.
    kind       text   NOT NULL,
    token      bigint NOT NULL,
    PRIMARY KEY (token, account_no)
);
CREATE INDEX read_directory_account_token_of ON read_directory_account_token (account_no);
