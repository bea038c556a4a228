-- What lies in a till, for the paper of its day.
CREATE INDEX read_payments_till ON read_payments (till_id, paid_at DESC, payment_id DESC)
    WHERE till_id IS NOT NULL;
