-- To whom an article was pushed. One row of an audience and version.
CREATE TABLE read_bulletin_push (
    article_id text        NOT NULL,
    sequence   bigint      NOT NULL,
    version    integer     NOT NULL,
    campus     text        NOT NULL,
    building   text,
    account_no text,
    pushed_by  text        NOT NULL,
    pushed_at  timestamptz NOT NULL,
    PRIMARY KEY (article_id, sequence)
);
