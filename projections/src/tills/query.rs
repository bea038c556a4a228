use chaobiao_domain::units::{BillingMonth, CampusId, Fen, StaffLogin, TillId};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A till as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillRow {
    pub till_id: TillId,
    /// `open`, `signed` or `approved`.
    pub state: String,
    /// What should be there.
    pub cash: Fen,
    pub cheque: Fen,
    /// How many payments were taken.
    pub payments: i32,
    pub counted_cash: Option<Fen>,
    pub counted_cheque: Option<Fen>,
    /// Why the count differs.
    pub reason: Option<String>,
    pub signed_at: Option<DateTime<Utc>>,
    pub approved_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    /// Why it was sent back last.
    pub reopened_reason: Option<String>,
}

impl FromRow<'_, PgRow> for TillRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let counted =
            |name| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(name)?.map(Fen::new));
        Ok(Self {
            till_id: field(row, "till_id")?,
            state: row.try_get("state")?,
            cash: fen(row, "cash")?,
            cheque: fen(row, "cheque")?,
            payments: row.try_get("payments")?,
            counted_cash: counted("counted_cash")?,
            counted_cheque: counted("counted_cheque")?,
            reason: row.try_get("reason")?,
            signed_at: row.try_get("signed_at")?,
            approved_by: row.try_get("approved_by")?,
            approved_at: row.try_get("approved_at")?,
            reopened_reason: row.try_get("reopened_reason")?,
        })
    }
}

/// Which tills a list shows; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TillFilter {
    pub campus: Option<CampusId>,
    pub day: Option<NaiveDate>,
    pub cashier: Option<StaffLogin>,
}

/// Lists go by day, the newest first.
pub type TillKey = (NaiveDate, String);

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &TillFilter,
    page: &Page<TillKey>,
) -> Result<Slice<TillRow, TillKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows: Vec<TillRow> = sqlx::query_as(
        "SELECT * FROM read_tills WHERE ($1::text IS NULL OR campus = $1) \
         AND ($2::date IS NULL OR day = $2) AND ($3::text IS NULL OR cashier = $3) \
         AND ($4::date IS NULL OR (day, till_id) < ($4, $5)) \
         ORDER BY day DESC, till_id DESC LIMIT $6",
    )
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.day)
    .bind(filter.cashier.as_ref().map(StaffLogin::as_str))
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.till_id.date, row.till_id.to_string())))
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    till_id: &TillId,
) -> Result<Option<TillRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_tills WHERE till_id = $1")
        .bind(till_id.to_string())
        .fetch_optional(executor)
        .await
}

/// A campus's month that is closed.
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

/// The closed months of a year, by month and campus.
pub async fn closed_months(
    executor: impl PgExecutor<'_>,
    year: i32,
) -> Result<Vec<ClosedMonth>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_tills_month WHERE month LIKE $1 ORDER BY month, campus")
        .bind(format!("{year:04}-%"))
        .fetch_all(executor)
        .await
}
