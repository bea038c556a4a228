-- What those who carry our messages say of them afterwards: whether one arrived. It is matched by the
-- number the carrier gave the message, or by our own where the carrier says that back.
ALTER TABLE outbox
    ADD COLUMN provider_number text;
CREATE INDEX outbox_messages ON outbox (created_at DESC, id DESC) WHERE channel IN ('sms', 'wechat');
CREATE INDEX outbox_topic ON outbox (coalesce(message ->> 'outage_id', message ->> 'article_id'));
CREATE INDEX outbox_customer ON outbox ((message ->> 'customer_id')) WHERE message ? 'customer_id';

CREATE TABLE delivery_report (
    provider_number text        PRIMARY KEY,
    message_id      uuid,
    delivered       boolean     NOT NULL,
    -- In the carrier's words.
    said            text        NOT NULL,
    reported_at     timestamptz NOT NULL
);
CREATE INDEX delivery_report_message ON delivery_report (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX delivery_report_lost ON delivery_report (provider_number) WHERE NOT delivered;
CREATE INDEX outbox_lost ON outbox (id) WHERE state IN ('failed', 'unknown');
CREATE INDEX outbox_provider_number ON outbox (provider_number) WHERE provider_number IS NOT NULL;
