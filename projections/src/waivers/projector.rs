use async_trait::async_trait;
use chaobiao_domain::units::Commodity;
use chaobiao_domain::waiver::{WaiverEvent, WaiverRequested};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_waivers`.
#[derive(Clone, Copy, Debug, Default)]
pub struct WaiversProjector;

#[async_trait]
impl Projector for WaiversProjector {
    fn name(&self) -> &'static str {
        "waivers"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["waiver"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_waivers"]
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
    let ended = "UPDATE read_waivers SET state = $2, ended_by = $3, ended_at = $4, \
         ended_reason = $5 WHERE waiver_id = $1";
    let query = match event.decode()? {
        WaiverEvent::Requested(requested) => return request(&requested, connection).await,
        WaiverEvent::Approved {
            approved_by,
            approved_at,
        } => sqlx::query(
            "UPDATE read_waivers SET state = 'approved', approved_by = $2, approved_at = $3 \
             WHERE waiver_id = $1",
        )
        .bind(id)
        .bind(approved_by.to_string())
        .bind(approved_at),
        WaiverEvent::Rejected {
            reason,
            rejected_by,
            rejected_at,
        } => sqlx::query(ended)
            .bind(id)
            .bind("rejected")
            .bind(rejected_by.to_string())
            .bind(rejected_at)
            .bind(reason),
        WaiverEvent::Reversed {
            reason,
            reversed_by,
            reversed_at,
        } => sqlx::query(ended)
            .bind(id)
            .bind("reversed")
            .bind(reversed_by.to_string())
            .bind(reversed_at)
            .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn request(
    requested: &WaiverRequested,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_waivers (waiver_id, account_no, bill_no, kind, amount, reason, \
         requested_by, requested_at, state, commodity) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'requested', $9)",
    )
    .bind(requested.waiver_id.as_str())
    .bind(requested.account_no.as_str())
    .bind(requested.bill_no.as_str())
    .bind(requested.kind.as_str())
    .bind(requested.amount.value())
    .bind(&requested.reason)
    .bind(requested.requested_by.to_string())
    .bind(requested.requested_at)
    .bind(requested.commodity.map(Commodity::as_str))
    .execute(connection)
    .await?;
    Ok(())
}
