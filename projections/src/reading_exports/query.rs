use chaobiao_domain::meter::Quality;
use chaobiao_domain::reading_export::{CountedReadings, ReadingBatchId};
use chaobiao_domain::units::{
    AccountNo, BillingMonth, CampusId, Commodity, Index, MeterNo, Quantity, ReadingId,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::row::ReadingRowKind;
use crate::paging::{Page, Slice};
use crate::rows::{field, number};

/// A batch as it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingBatch {
    pub batch_id: ReadingBatchId,
    pub month: BillingMonth,
    pub campus: Option<CampusId>,
    pub row_count: i64,
    pub created_at: DateTime<Utc>,
    pub created_by: String,
}

impl FromRow<'_, PgRow> for ReadingBatch {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            batch_id: ReadingBatchId::new(number(row, "batch")?),
            month: field(row, "month")?,
            campus: field(row, "campus")?,
            row_count: row.try_get("row_count")?,
            created_at: row.try_get("created_at")?,
            created_by: row.try_get("created_by")?,
        })
    }
}

/// Batches, the newest first.
pub async fn batches(
    executor: impl PgExecutor<'_>,
    page: &Page<i32>,
) -> Result<Slice<ReadingBatch, i32>, sqlx::Error> {
    let rows: Vec<ReadingBatch> = sqlx::query_as(
        "SELECT * FROM read_reading_exports_batch WHERE $1::integer IS NULL OR batch < $1 \
         ORDER BY batch DESC LIMIT $2",
    )
    .bind(page.after)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |batch| {
        i32::try_from(batch.batch_id.number()).unwrap_or(i32::MAX)
    }))
}

pub async fn batch(
    executor: impl PgExecutor<'_>,
    batch: ReadingBatchId,
) -> Result<Option<ReadingBatch>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_reading_exports_batch WHERE batch = $1")
        .bind(i64::from(batch.number()))
        .fetch_optional(executor)
        .await
}

/// What the next batch for a month would close over, up to the last of its rows. One statement, so
/// that rows and batches are of the same moment.
pub async fn countable(
    executor: impl PgExecutor<'_>,
    month: BillingMonth,
    campus: Option<&CampusId>,
) -> Result<CountedReadings, sqlx::Error> {
    let row = sqlx::query(
        "SELECT coalesce(max(r.leaf_index), -1) AS through_leaf, count(*) AS row_count, \
         coalesce((SELECT max(batch) FROM read_reading_exports_batch), 0) AS after \
         FROM read_reading_exports_row r JOIN read_reading_exports_meter m USING (meter_no) \
         WHERE r.batch IS NULL AND r.read_month = $1 AND ($2::text IS NULL OR m.campus = $2)",
    )
    .bind(month.to_string())
    .bind(campus.map(CampusId::as_str))
    .fetch_one(executor)
    .await?;
    let row_count: i64 = row.try_get("row_count")?;
    Ok(CountedReadings {
        through_leaf: row.try_get("through_leaf")?,
        row_count: u32::try_from(row_count).unwrap_or(u32::MAX),
        after: number(&row, "after")?,
    })
}

/// One reading of a batch, as it was by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedReading {
    /// None where nobody paid for the meter.
    pub account_no: Option<AccountNo>,
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub month: BillingMonth,
    pub reading_id: ReadingId,
    pub read_on: NaiveDate,
    pub previous_index: Index,
    pub index: Index,
    pub usage: Quantity,
    pub quality: Quality,
    pub kind: ReadingRowKind,
}

impl FromRow<'_, PgRow> for ExportedReading {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: field(row, "account_no")?,
            meter_no: field(row, "meter_no")?,
            commodity: field(row, "commodity")?,
            month: field(row, "read_month")?,
            reading_id: field(row, "reading_id")?,
            read_on: row.try_get("read_on")?,
            previous_index: field(row, "previous_index")?,
            index: field(row, "index")?,
            usage: field(row, "usage")?,
            quality: field(row, "quality")?,
            kind: field(row, "kind")?,
        })
    }
}

/// The readings of a batch, each once, by account, meter and day. What the batch closed over never
/// changes, so they are the same whenever asked.
pub async fn exported(
    executor: impl PgExecutor<'_>,
    batch: ReadingBatchId,
) -> Result<Vec<ExportedReading>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM (SELECT DISTINCT ON (r.reading_id) r.account_no, r.meter_no, m.commodity, \
             r.read_month, r.reading_id, r.read_on, r.previous_index::text, r.index::text, \
             r.usage::text, r.quality, r.kind \
         FROM read_reading_exports_row r JOIN read_reading_exports_meter m USING (meter_no) \
         WHERE r.batch = $1 ORDER BY r.reading_id, r.leaf_index DESC, r.line DESC) AS last \
         ORDER BY account_no NULLS LAST, meter_no, read_on, reading_id",
    )
    .bind(i64::from(batch.number()))
    .fetch_all(executor)
    .await
}
