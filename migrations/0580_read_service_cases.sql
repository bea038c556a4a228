-- What people have filed, and every step of it.
CREATE TABLE read_service_cases (
    case_id         text        PRIMARY KEY,
    kind            text        NOT NULL,
    topic           text,
    campus          text        NOT NULL,
    place           text        NOT NULL,
    description     text        NOT NULL,
    photos          text[]      NOT NULL,
    account_no      text,
    meter_no        text,
    concerned       text,
    reported_by     text        NOT NULL,
    has_contact     boolean     NOT NULL,
    filed_at        timestamptz NOT NULL,
    -- open, assigned, resolved or closed
    state           text        NOT NULL,
    assignee        text,
    due_at          timestamptz NOT NULL,
    due_provisional boolean     NOT NULL,
    reply_mode      text        NOT NULL,
    reply_minutes   integer     NOT NULL,
    planned_at      timestamptz NOT NULL,
    answered_at     timestamptz,
    warned_at       timestamptz,
    missed_at       timestamptz,
    ended_at        timestamptz,
    stars           smallint,
    rating_comment  text
);
CREATE INDEX read_service_cases_due ON read_service_cases (state, due_at, case_id);
CREATE INDEX read_service_cases_reporter ON read_service_cases (reported_by, filed_at, case_id);
CREATE INDEX read_service_cases_photos ON read_service_cases USING gin (photos);

CREATE TABLE read_service_cases_step (
    case_id   text        NOT NULL,
    sequence  bigint      NOT NULL,
    kind      text        NOT NULL,
    at        timestamptz NOT NULL,
    by        text        NOT NULL,
    note      text,
    colleague text,
    due_at    timestamptz,
    PRIMARY KEY (case_id, sequence)
);

-- Published rules of service: how soon answers are due, when outages are announced again.
CREATE TABLE read_service_cases_rules (
    version        integer     PRIMARY KEY,
    effective_from date        NOT NULL,
    published_at   timestamptz NOT NULL,
    published_by   text        NOT NULL,
    rules          jsonb       NOT NULL
);
