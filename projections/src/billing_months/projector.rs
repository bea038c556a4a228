use async_trait::async_trait;
use chaobiao_domain::billing_month::BillingMonthEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_billing_months`: a few rows a month.
#[derive(Clone, Copy, Debug, Default)]
pub struct BillingMonthsProjector;

#[async_trait]
impl Projector for BillingMonthsProjector {
    fn name(&self) -> &'static str {
        "billing_months"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["billing_month"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_billing_months"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let BillingMonthEvent::Closed(closed) = event.decode()?;
            sqlx::query(
                "INSERT INTO read_billing_months (campus, month, closed_by, closed_at) \
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(closed.campus.as_str())
            .bind(closed.month.to_string())
            .bind(closed.closed_by.to_string())
            .bind(event.recorded_at)
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}
