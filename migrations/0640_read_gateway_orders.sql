-- Orders at payment gateways, and what of them a person has to look at.
CREATE TABLE read_gateway_orders (
    order_no        text        PRIMARY KEY,
    channel         text        NOT NULL,
    -- None while the gateway knows an order that we do not.
    customer_id     text,
    amount          bigint      NOT NULL,
    placed_at       timestamptz NOT NULL,
    expires_at      timestamptz,
    -- Of the money that counts.
    transaction_id  text,
    paid_at         timestamptz,
    payment_id      text,
    closed_at       timestamptz,
    -- Why somebody has to look, as long as nobody has.
    cause           text,
    reported_amount bigint,
    reported_id     text,
    note            text,
    refund_no       text,
    refund_of       text,
    -- asked, done or failed
    refund_state    text,
    -- What the gateway last left open or refused.
    trouble         text
);
CREATE INDEX read_gateway_orders_time ON read_gateway_orders (placed_at DESC, order_no DESC);
CREATE INDEX read_gateway_orders_customer
    ON read_gateway_orders (customer_id, placed_at DESC, order_no DESC);

CREATE TABLE read_gateway_orders_account (
    order_no   text NOT NULL,
    account_no text NOT NULL,
    PRIMARY KEY (order_no, account_no)
);
CREATE INDEX read_gateway_orders_account_of ON read_gateway_orders_account (account_no);
