use chaobiao_domain::billing_master::BillingMaster;
use chaobiao_domain::units::{BillingMonth, CampusId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

/// Who bills a campus from a month on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterRow {
    pub campus: CampusId,
    pub from: BillingMonth,
    pub master: BillingMaster,
    pub late_fees_here: bool,
    pub reason: String,
    pub set_by: String,
    pub set_at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for MasterRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            campus: field(row, "campus")?,
            from: field(row, "from_month")?,
            master: field(row, "master")?,
            late_fees_here: row.try_get("late_fees_here")?,
            reason: row.try_get("reason")?,
            set_by: row.try_get("set_by")?,
            set_at: row.try_get("set_at")?,
        })
    }
}

/// Of one campus or all, the newest month first.
pub async fn masters(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
) -> Result<Vec<MasterRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_billing_masters WHERE ($1::text IS NULL OR campus = $1) \
         ORDER BY campus, from_month DESC",
    )
    .bind(campus.map(CampusId::as_str))
    .fetch_all(executor)
    .await
}
