use async_trait::async_trait;
use chaobiao_domain::shared_allocation::SharedAllocationEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_shared_allocations` and the months posted.
#[derive(Clone, Copy, Debug, Default)]
pub struct SharedAllocationsProjector;

#[async_trait]
impl Projector for SharedAllocationsProjector {
    fn name(&self) -> &'static str {
        "shared_allocations"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["shared_allocation"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_shared_allocations", "read_shared_allocations_posting"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let meter_no = event.stream.aggregate_id.as_str();
            match event.decode()? {
                SharedAllocationEvent::Agreed(agreed) => {
                    sqlx::query("INSERT INTO read_shared_allocations VALUES ($1, $2, $3, NULL)")
                        .bind(meter_no)
                        .bind(agreed.from)
                        .bind(Json(&agreed))
                        .execute(&mut *connection)
                        .await?;
                }
                SharedAllocationEvent::Ended { on } => {
                    sqlx::query(
                        "UPDATE read_shared_allocations SET ended_on = $2 \
                         WHERE meter_no = $1 AND ended_on IS NULL",
                    )
                    .bind(meter_no)
                    .bind(on)
                    .execute(&mut *connection)
                    .await?;
                }
                SharedAllocationEvent::SharesPosted(posted) => {
                    sqlx::query(
                        "INSERT INTO read_shared_allocations_posting \
                         VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL)",
                    )
                    .bind(meter_no)
                    .bind(posted.agreed_from)
                    .bind(posted.month.to_string())
                    .bind(event.leaf_index)
                    .bind(Json(&posted))
                    .bind(event.recorded_at)
                    .execute(&mut *connection)
                    .await?;
                }
                SharedAllocationEvent::SharesCancelled(cancelled) => {
                    sqlx::query(
                        "UPDATE read_shared_allocations_posting \
                         SET cancelled_on = $4, cancel_reason = $5 WHERE meter_no = $1 \
                         AND agreed_from = $2 AND bill_month = $3 AND cancelled_on IS NULL",
                    )
                    .bind(meter_no)
                    .bind(cancelled.agreed_from)
                    .bind(cancelled.month.to_string())
                    .bind(cancelled.on)
                    .bind(&cancelled.reason)
                    .execute(&mut *connection)
                    .await?;
                }
            }
        }
        Ok(())
    }
}
