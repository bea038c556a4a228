use chaobiao_domain::units::{BillingMonth, CampusId, Fen};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::{fen, field};

/// What one campus owes another for a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearingRow {
    pub from: CampusId,
    pub to: CampusId,
    pub month: BillingMonth,
    pub owed: Fen,
    /// Of payments that were undone in the month.
    pub relieved: Fen,
    pub settled: Fen,
    /// Owed less relieved and settled.
    pub due: Fen,
    pub settled_by: Option<String>,
    pub settled_at: Option<DateTime<Utc>>,
}

impl FromRow<'_, PgRow> for ClearingRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            from: field(row, "from_campus")?,
            to: field(row, "to_campus")?,
            month: field(row, "month")?,
            owed: fen(row, "owed")?,
            relieved: fen(row, "relieved")?,
            settled: fen(row, "settled")?,
            due: fen(row, "due")?,
            settled_by: row.try_get("settled_by")?,
            settled_at: row.try_get("settled_at")?,
        })
    }
}

/// Of one month, or of all that have something due.
pub async fn list(
    executor: impl PgExecutor<'_>,
    month: Option<BillingMonth>,
) -> Result<Vec<ClearingRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT *, owed - relieved - settled AS due FROM read_campus_clearing \
         WHERE month = $1 OR ($1::text IS NULL AND owed - relieved - settled <> 0) \
         ORDER BY month, from_campus, to_campus",
    )
    .bind(month.map(|month| month.to_string()))
    .fetch_all(executor)
    .await
}

pub async fn of_pair(
    executor: impl PgExecutor<'_>,
    from: &CampusId,
    to: &CampusId,
    month: BillingMonth,
) -> Result<Option<ClearingRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT *, owed - relieved - settled AS due FROM read_campus_clearing \
         WHERE from_campus = $1 AND to_campus = $2 AND month = $3",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .bind(month.to_string())
    .fetch_optional(executor)
    .await
}
