use chaobiao_domain::shared_allocation::{AllocationAgreed, SharesPosted};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};

/// Who shares a common meter from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementRow {
    pub agreed: AllocationAgreed,
    pub ended_on: Option<NaiveDate>,
}

impl FromRow<'_, PgRow> for AgreementRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(agreed) = row.try_get("agreed")?;
        Ok(Self {
            agreed,
            ended_on: row.try_get("ended_on")?,
        })
    }
}

/// A month that was shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingRow {
    pub posted: SharesPosted,
    pub posted_at: DateTime<Utc>,
    pub cancelled_on: Option<NaiveDate>,
    pub cancel_reason: Option<String>,
}

impl FromRow<'_, PgRow> for PostingRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(posted) = row.try_get("posted")?;
        Ok(Self {
            posted,
            posted_at: row.try_get("posted_at")?,
            cancelled_on: row.try_get("cancelled_on")?,
            cancel_reason: row.try_get("cancel_reason")?,
        })
    }
}

/// Agreements, by meter and day, of one meter or all.
pub async fn list(
    executor: impl PgExecutor<'_>,
    meter_no: Option<&str>,
    page: &Page<(String, NaiveDate)>,
) -> Result<Slice<AgreementRow, (String, NaiveDate)>, sqlx::Error> {
    let (after, after_from) = page.after.clone().unzip();
    let rows: Vec<AgreementRow> = sqlx::query_as(
        "SELECT * FROM read_shared_allocations WHERE ($1::text IS NULL OR meter_no = $1) \
         AND ($2::text IS NULL OR (meter_no, agreed_from) > ($2, $3)) \
         ORDER BY meter_no, agreed_from LIMIT $4",
    )
    .bind(meter_no)
    .bind(after)
    .bind(after_from)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| {
        (row.agreed.meter_no.to_string(), row.agreed.from)
    }))
}

/// The last agreement over a meter.
pub async fn last(
    executor: impl PgExecutor<'_>,
    meter_no: &str,
) -> Result<Option<AgreementRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_shared_allocations WHERE meter_no = $1 \
         ORDER BY agreed_from DESC LIMIT 1",
    )
    .bind(meter_no)
    .fetch_optional(executor)
    .await
}

/// The months of an agreement, the newest first, those that were taken back included.
pub async fn postings(
    executor: impl PgExecutor<'_>,
    meter_no: &str,
    agreed_from: NaiveDate,
) -> Result<Vec<PostingRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_shared_allocations_posting \
         WHERE meter_no = $1 AND agreed_from = $2 ORDER BY bill_month DESC, posting DESC",
    )
    .bind(meter_no)
    .bind(agreed_from)
    .fetch_all(executor)
    .await
}
