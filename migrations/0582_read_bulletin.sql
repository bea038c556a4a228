-- What everybody may read: articles in versions, and where to ask.
CREATE TABLE read_bulletin (
    article_id   text        PRIMARY KEY,
    category     text        NOT NULL,
    campus       text,
    newest       integer     NOT NULL,
    -- The version everybody sees; none of a draft, or of what was withdrawn.
    published    integer,
    published_at timestamptz,
    withdrawn    text
);
CREATE INDEX read_bulletin_published ON read_bulletin (category, published_at, article_id);

CREATE TABLE read_bulletin_version (
    article_id text        NOT NULL,
    version    integer     NOT NULL,
    title      text        NOT NULL,
    body       text        NOT NULL,
    written_at timestamptz NOT NULL,
    written_by text        NOT NULL,
    PRIMARY KEY (article_id, version)
);

-- The name of who is in charge stays sealed in the event.
CREATE TABLE read_bulletin_office (
    campus    text   PRIMARY KEY,
    place     text   NOT NULL,
    contact   text   NOT NULL,
    person_at bigint NOT NULL
);
