use chaobiao_domain::units::{BillingMonth, ImportBatchId, MeterNo, Quantity};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor};

use crate::rows::field;

/// A month from before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricMonth {
    pub meter_no: MeterNo,
    pub month: BillingMonth,
    pub usage: Quantity,
    /// The file it came from.
    pub batch: Option<ImportBatchId>,
}

impl FromRow<'_, PgRow> for HistoricMonth {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            month: field(row, "month")?,
            usage: field(row, "usage")?,
            batch: field(row, "batch")?,
        })
    }
}

/// A meter's months from before, the oldest first.
pub async fn of_meter(
    executor: impl PgExecutor<'_>,
    meter_no: &MeterNo,
) -> Result<Vec<HistoricMonth>, sqlx::Error> {
    sqlx::query_as(
        "SELECT meter_no, month, trim_scale(usage)::text AS usage, batch \
         FROM read_historic_usage WHERE meter_no = $1 ORDER BY month",
    )
    .bind(meter_no.as_str())
    .fetch_all(executor)
    .await
}

/// What one file brought and nobody has taken back.
pub async fn of_batch(
    executor: impl PgExecutor<'_>,
    batch: &ImportBatchId,
) -> Result<Vec<HistoricMonth>, sqlx::Error> {
    sqlx::query_as(
        "SELECT meter_no, month, trim_scale(usage)::text AS usage, batch \
         FROM read_historic_usage WHERE batch = $1 ORDER BY meter_no, month",
    )
    .bind(batch.as_str())
    .fetch_all(executor)
    .await
}
