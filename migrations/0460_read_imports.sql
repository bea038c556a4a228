-- Files taken in, with their latest run, and the rows nothing was written for.
CREATE TABLE read_imports (
    batch_id    text        PRIMARY KEY,
    kind        text        NOT NULL,
    file_name   text        NOT NULL,
    file_hash   text        NOT NULL,
    run         integer     NOT NULL,
    row_count   integer     NOT NULL,
    accepted    integer     NOT NULL DEFAULT 0,
    held        integer     NOT NULL DEFAULT 0,
    unchanged   integer     NOT NULL DEFAULT 0,
    refused     integer     NOT NULL DEFAULT 0,
    finished    boolean     NOT NULL DEFAULT false,
    started_at  timestamptz NOT NULL,
    started_by  text        NOT NULL,
    advanced_at timestamptz NOT NULL
);
CREATE INDEX read_imports_newest ON read_imports (started_at DESC, batch_id DESC);

CREATE TABLE read_imports_refused_row (
    batch_id text    NOT NULL,
    run      integer NOT NULL,
    file_row integer NOT NULL,
    subject  text,
    code     text    NOT NULL,
    PRIMARY KEY (batch_id, run, file_row)
);
