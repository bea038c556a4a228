use chaobiao_domain::units::{Commodity, Fen};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A waiver as it stands. Whoever did something is written as [`chaobiao_decision::Actor`] writes
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverRow {
    pub waiver_id: String,
    pub account_no: String,
    pub bill_no: String,
    /// `late_fee`, `bill_rest`, `small_rest` or `credit_note`.
    pub kind: String,
    /// Of a credit note.
    pub commodity: Option<Commodity>,
    pub amount: Fen,
    pub reason: String,
    pub requested_by: String,
    pub requested_at: DateTime<Utc>,
    /// `requested`, `approved`, `rejected` or `reversed`.
    pub state: String,
    pub approved_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_reason: Option<String>,
}

impl FromRow<'_, PgRow> for WaiverRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            waiver_id: row.try_get("waiver_id")?,
            account_no: row.try_get("account_no")?,
            bill_no: row.try_get("bill_no")?,
            kind: row.try_get("kind")?,
            commodity: field(row, "commodity")?,
            amount: fen(row, "amount")?,
            reason: row.try_get("reason")?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            state: row.try_get("state")?,
            approved_by: row.try_get("approved_by")?,
            approved_at: row.try_get("approved_at")?,
            ended_by: row.try_get("ended_by")?,
            ended_at: row.try_get("ended_at")?,
            ended_reason: row.try_get("ended_reason")?,
        })
    }
}

/// Lists go by time, the newest first.
pub type WaiverKey = (DateTime<Utc>, String);

#[derive(Clone, Debug, Default)]
pub struct WaiverFilter {
    pub state: Option<&'static str>,
    pub account_no: Option<String>,
}

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &WaiverFilter,
    page: &Page<WaiverKey>,
) -> Result<Slice<WaiverRow, WaiverKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows: Vec<WaiverRow> = sqlx::query_as(
        "SELECT * FROM read_waivers WHERE ($1::text IS NULL OR state = $1) \
         AND ($2::text IS NULL OR account_no = $2) \
         AND ($3::timestamptz IS NULL OR (requested_at, waiver_id) < ($3, $4)) \
         ORDER BY requested_at DESC, waiver_id DESC LIMIT $5",
    )
    .bind(filter.state)
    .bind(filter.account_no.as_ref())
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.requested_at, row.waiver_id.clone())))
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    waiver_id: &str,
) -> Result<Option<WaiverRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_waivers WHERE waiver_id = $1")
        .bind(waiver_id)
        .fetch_optional(executor)
        .await
}
