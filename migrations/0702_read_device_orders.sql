-- 设备指令, as they stand.
CREATE TABLE read_device_orders (
    order_id      text        PRIMARY KEY,
    meter_no      text        NOT NULL,
    collector_no  text        NOT NULL,
    address       text        NOT NULL,
    act           text        NOT NULL,
    reason        text        NOT NULL,
    emergency     boolean     NOT NULL,
    account_no    text,
    requested_by  text        NOT NULL,
    requested_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    -- requested, dispatched, cancelled, finished, settled
    state         text        NOT NULL,
    node          text,
    dispatched_at timestamptz,
    outcome       text,
    finished_at   timestamptz,
    -- Of a reading.
    index         numeric,
    read_at       timestamptz,
    -- Why it was cancelled, refused or not sent; what somebody saw.
    note          text,
    seen          text
);
CREATE INDEX read_device_orders_time ON read_device_orders (requested_at DESC, order_id DESC);
CREATE INDEX read_device_orders_meter
    ON read_device_orders (meter_no, requested_at DESC, order_id DESC);
CREATE INDEX read_device_orders_state
    ON read_device_orders (state, requested_at DESC, order_id DESC);
