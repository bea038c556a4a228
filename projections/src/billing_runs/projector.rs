use async_trait::async_trait;
use chaobiao_domain::billing_run::{BillingRunAdvanced, BillingRunEvent, BillingRunStarted};
use chaobiao_domain::units::CampusId;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_billing_runs`. A run advances a few times a second at most: event by event is good
/// enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct BillingRunsProjector;

#[async_trait]
impl Projector for BillingRunsProjector {
    fn name(&self) -> &'static str {
        "billing_runs"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["billing_run"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_billing_runs"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.decode()? {
                BillingRunEvent::Started(started) => start(event, &started, connection).await?,
                BillingRunEvent::Advanced(step) => advance(event, &step, connection).await?,
                BillingRunEvent::Finished { .. } => {
                    sqlx::query(
                        "UPDATE read_billing_runs SET finished = true, advanced_at = $2 \
                         WHERE run_id = $1",
                    )
                    .bind(&event.stream.aggregate_id)
                    .bind(event.recorded_at)
                    .execute(&mut *connection)
                    .await?;
                }
            }
        }
        Ok(())
    }
}

async fn start(
    event: &RecordedEvent,
    started: &BillingRunStarted,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_billing_runs (run_id, month, campus, named, due_on, expected, \
             started_at, started_by, advanced_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(started.run_id.as_str())
    .bind(started.month.to_string())
    .bind(started.campus.as_ref().map(CampusId::as_str))
    .bind(i64::try_from(started.accounts.len()).unwrap_or(i64::MAX))
    .bind(started.due_on)
    .bind(i64::from(started.expected))
    .bind(started.started_at)
    .bind(started.started_by.to_string())
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn advance(
    event: &RecordedEvent,
    step: &BillingRunAdvanced,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let counts = step.counts;
    sqlx::query(
        "UPDATE read_billing_runs SET advanced_at = $2, billed = billed + $3, \
             total = total + $4, nothing_to_bill = nothing_to_bill + $5, \
             already_billed = already_billed + $6, prepaid = prepaid + $7, \
             billed_there = billed_there + $8, refused = refused + $9, \
             unread = unread || $10, refusals = refusals || $11 \
         WHERE run_id = $1",
    )
    .bind(&event.stream.aggregate_id)
    .bind(event.recorded_at)
    .bind(i64::from(counts.billed))
    .bind(counts.total.value())
    .bind(i64::from(counts.nothing_to_bill))
    .bind(i64::from(counts.already_billed))
    .bind(i64::from(counts.prepaid))
    .bind(i64::from(counts.billed_there))
    .bind(i64::from(counts.refused))
    .bind(Json(&step.unread))
    .bind(Json(&step.refusals))
    .execute(connection)
    .await?;
    Ok(())
}
