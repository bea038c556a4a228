use async_trait::async_trait;
use chaobiao_domain::historic_usage::{HistoricUsageEvent, MonthRecorded};
use chaobiao_domain::units::{BillingMonth, ImportBatchId, MeterNo, Quantity};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_historic_usage`.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistoricUsageProjector;

#[derive(Serialize)]
struct MonthRow {
    meter_no: MeterNo,
    month: BillingMonth,
    on_day: NaiveDate,
    usage: Quantity,
    batch: Option<ImportBatchId>,
}

impl From<MonthRecorded> for MonthRow {
    fn from(recorded: MonthRecorded) -> Self {
        Self {
            meter_no: recorded.meter_no,
            month: recorded.month,
            on_day: recorded.month.first_day(),
            usage: recorded.usage,
            batch: recorded.batch,
        }
    }
}

#[async_trait]
impl Projector for HistoricUsageProjector {
    fn name(&self) -> &'static str {
        "historic_usage"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["historic_usage"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_historic_usage"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut rows: Vec<MonthRow> = Vec::new();
        for recorded in events {
            match recorded.decode()? {
                HistoricUsageEvent::Recorded(month) => rows.push(month.into()),
                HistoricUsageEvent::Withdrawn { month } => {
                    keep(&mut rows, connection).await?;
                    sqlx::query(
                        "DELETE FROM read_historic_usage WHERE meter_no = $1 AND month = $2",
                    )
                    .bind(&recorded.stream.aggregate_id)
                    .bind(month.to_string())
                    .execute(&mut *connection)
                    .await?;
                }
            }
        }
        keep(&mut rows, connection).await
    }
}

async fn keep(
    rows: &mut Vec<MonthRow>,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let statement = "INSERT INTO read_historic_usage \
         SELECT * FROM jsonb_populate_recordset(NULL::read_historic_usage, $1)";
    store(connection, statement, &std::mem::take(rows)).await?;
    Ok(())
}
