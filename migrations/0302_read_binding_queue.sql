-- Requests to bind accounts, what became of them, and so: who may see which account.
CREATE TABLE read_binding_queue (
    binding_id      text        PRIMARY KEY,
    customer_id     text        NOT NULL,
    account_no      text        NOT NULL,
    state           text        NOT NULL
                    CHECK (state IN ('pending', 'approved', 'rejected', 'revoked')),
    requested_at    timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    due_provisional boolean     NOT NULL,
    decided_at      timestamptz,
    decided_by      text,
    reason          text,
    ended_at        timestamptz
);
CREATE INDEX read_binding_queue_due ON read_binding_queue (state, due_at, binding_id);
CREATE INDEX read_binding_queue_customer ON read_binding_queue (customer_id, requested_at, binding_id);
CREATE INDEX read_binding_queue_account ON read_binding_queue (account_no, state);
