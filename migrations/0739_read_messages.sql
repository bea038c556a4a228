-- What somebody did about a message that did not arrive. The messages themselves stand in the outbox.
CREATE TABLE read_messages (
    message_id  uuid        PRIMARY KEY,
    -- resent, settled
    follow_up   text        NOT NULL,
    reason      text        NOT NULL,
    followed_up_by text     NOT NULL,
    followed_up_at timestamptz NOT NULL
);
