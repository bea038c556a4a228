-- Reading books, each with its state as the domain folds it: who reads it on a day is worked out
-- by the same code.
CREATE TABLE read_reading_books (
    book      text  PRIMARY KEY,
    name      text  NOT NULL,
    campus    text  NOT NULL,
    state     jsonb NOT NULL,
    closed_on date
);
