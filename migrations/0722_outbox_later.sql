-- A message whose channel is down waits and is tried again: only where it certainly did not go out.
-- One that is not worth sending any more, such as a code that is over, is dropped.
ALTER TABLE outbox
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN not_before timestamptz,
    DROP CONSTRAINT outbox_state_check,
    ADD CONSTRAINT outbox_state_check
        CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'dropped'));
