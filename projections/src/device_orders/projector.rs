use async_trait::async_trait;
use chaobiao_domain::device_order::{DeviceOrderEvent, OrderOutcome, OrderRequested};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Keeps `read_device_orders`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceOrdersProjector;

#[async_trait]
impl Projector for DeviceOrdersProjector {
    fn name(&self) -> &'static str {
        "device_orders"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["device_order"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_device_orders"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            project(event, connection).await?;
        }
        Ok(())
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        DeviceOrderEvent::Requested(requested) => return request(&requested, connection).await,
        DeviceOrderEvent::Finished { outcome, at } => {
            return finish(id, &outcome, at, connection).await;
        }
        DeviceOrderEvent::Dispatched { node, at } => sqlx::query(
            "UPDATE read_device_orders SET state = 'dispatched', node = $2, dispatched_at = $3 \
             WHERE order_id = $1",
        )
        .bind(id)
        .bind(node)
        .bind(at),
        DeviceOrderEvent::Cancelled { reason } => sqlx::query(
            "UPDATE read_device_orders SET state = 'cancelled', note = $2 WHERE order_id = $1",
        )
        .bind(id)
        .bind(reason),
        DeviceOrderEvent::Settled { seen, note } => sqlx::query(
            "UPDATE read_device_orders SET state = 'settled', seen = $2, note = $3 \
             WHERE order_id = $1",
        )
        .bind(id)
        .bind(seen.as_str())
        .bind(note),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn request(
    requested: &OrderRequested,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let account = requested.for_account.as_ref();
    sqlx::query(
        "INSERT INTO read_device_orders (order_id, meter_no, collector_no, address, act, reason, \
         emergency, account_no, requested_by, requested_at, expires_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'requested')",
    )
    .bind(requested.order_id.as_str())
    .bind(requested.meter_no.as_str())
    .bind(requested.collector_no.as_str())
    .bind(requested.address.as_str())
    .bind(requested.act.as_str())
    .bind(&requested.reason)
    .bind(requested.emergency)
    .bind(account.map(|account| account.account_no.to_string()))
    .bind(requested.requested_by.to_string())
    .bind(requested.requested_at)
    .bind(requested.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn finish(
    id: &str,
    outcome: &OrderOutcome,
    at: DateTime<Utc>,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let (index, read_at) = match outcome {
        OrderOutcome::Read { index, read_at, .. } => (Some(index.to_string()), Some(*read_at)),
        _ => (None, None),
    };
    let note = match outcome {
        OrderOutcome::Refused { word } => Some(word),
        OrderOutcome::NotSent { reason } => Some(reason),
        _ => None,
    };
    sqlx::query(
        "UPDATE read_device_orders SET state = 'finished', outcome = $2, finished_at = $3, \
         index = $4::numeric, read_at = $5, note = $6 WHERE order_id = $1",
    )
    .bind(id)
    .bind(outcome.as_str())
    .bind(at)
    .bind(index)
    .bind(read_at)
    .bind(note)
    .execute(connection)
    .await?;
    Ok(())
}
