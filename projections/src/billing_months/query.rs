use chaobiao_domain::units::{BillingMonth, CampusId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

/// A campus's month whose books are closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedMonth {
    pub campus: CampusId,
    pub month: BillingMonth,
    pub closed_by: String,
    pub closed_at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for ClosedMonth {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            campus: field(row, "campus")?,
            month: field(row, "month")?,
            closed_by: row.try_get("closed_by")?,
            closed_at: row.try_get("closed_at")?,
        })
    }
}

/// The newest first; of one campus or all.
pub async fn closed(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
    limit: i64,
) -> Result<Vec<ClosedMonth>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_billing_months WHERE ($1::text IS NULL OR campus = $1) \
         ORDER BY month DESC, campus LIMIT $2",
    )
    .bind(campus.map(CampusId::as_str))
    .bind(limit)
    .fetch_all(executor)
    .await
}
