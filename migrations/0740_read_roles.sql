-- 岗位权限: what roles give that were ever changed, or are the centre's own. A shipped role without a
-- row gives what it was shipped with.
CREATE TABLE read_roles (
    code        text        PRIMARY KEY,
    name        text        NOT NULL,
    permissions text[]      NOT NULL,
    retired     boolean     NOT NULL,
    changed_at  timestamptz NOT NULL
);

-- What was proposed of them and what became of it.
CREATE TABLE read_roles_proposal (
    proposal_id text        PRIMARY KEY,
    role        text        NOT NULL,
    kind        text        NOT NULL,
    -- Null where it is to be retired.
    name        text,
    permissions text[],
    reason      text        NOT NULL,
    proposed_by text        NOT NULL,
    proposed_at timestamptz NOT NULL,
    state       text        NOT NULL,
    decided_by  text,
    decided_at  timestamptz,
    refusal     text
);
CREATE INDEX read_roles_proposal_open ON read_roles_proposal (role) WHERE state = 'open';
CREATE INDEX read_roles_proposal_at ON read_roles_proposal (proposed_at DESC, proposal_id DESC);
