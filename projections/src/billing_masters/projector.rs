use async_trait::async_trait;
use chaobiao_domain::billing_master::BillingMasterEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_billing_masters`: a row for every switch.
#[derive(Clone, Copy, Debug, Default)]
pub struct BillingMastersProjector;

#[async_trait]
impl Projector for BillingMastersProjector {
    fn name(&self) -> &'static str {
        "billing_masters"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["billing_master"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_billing_masters"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let BillingMasterEvent::Set(set) = event.decode()?;
            sqlx::query("DELETE FROM read_billing_masters WHERE campus = $1 AND from_month >= $2")
                .bind(set.campus.as_str())
                .bind(set.from.to_string())
                .execute(&mut *connection)
                .await?;
            sqlx::query("INSERT INTO read_billing_masters VALUES ($1, $2, $3, $4, $5, $6, $7)")
                .bind(set.campus.as_str())
                .bind(set.from.to_string())
                .bind(set.master.as_str())
                .bind(set.late_fees_here)
                .bind(&set.reason)
                .bind(set.set_by.to_string())
                .bind(event.recorded_at)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}
