use chaobiao_domain::billing_run::{BillingCounts, RefusedAccount};
use chaobiao_domain::units::{AccountNo, BillingMonth, BillingRunId, CampusId};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A run, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingRunRow {
    pub run_id: BillingRunId,
    pub month: BillingMonth,
    pub campus: Option<CampusId>,
    /// How many accounts were named; none for all there are.
    pub named: i32,
    pub due_on: Option<NaiveDate>,
    pub expected: i32,
    pub started_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub started_by: String,
    pub finished: bool,
    pub counts: BillingCounts,
    pub unread: Vec<AccountNo>,
    pub refusals: Vec<RefusedAccount>,
}

impl FromRow<'_, PgRow> for BillingRunRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let count = |column| row.try_get::<i32, _>(column).map(i32::unsigned_abs);
        Ok(Self {
            run_id: field(row, "run_id")?,
            month: field(row, "month")?,
            campus: field(row, "campus")?,
            named: row.try_get("named")?,
            due_on: row.try_get("due_on")?,
            expected: row.try_get("expected")?,
            started_at: row.try_get("started_at")?,
            started_by: row.try_get("started_by")?,
            finished: row.try_get("finished")?,
            counts: BillingCounts {
                billed: count("billed")?,
                total: fen(row, "total")?,
                nothing_to_bill: count("nothing_to_bill")?,
                already_billed: count("already_billed")?,
                prepaid: count("prepaid")?,
                billed_there: count("billed_there")?,
                refused: count("refused")?,
            },
            unread: row.try_get::<Json<_>, _>("unread")?.0,
            refusals: row.try_get::<Json<_>, _>("refusals")?.0,
        })
    }
}

/// Which runs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillingRunFilter {
    pub month: Option<BillingMonth>,
    /// Runs over all campuses are runs over this one too.
    pub campus: Option<CampusId>,
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    run_id: &BillingRunId,
) -> Result<Option<BillingRunRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_billing_runs WHERE run_id = $1")
        .bind(run_id.as_str())
        .fetch_optional(executor)
        .await
}

/// The newest first.
pub async fn runs(
    executor: impl PgExecutor<'_>,
    filter: &BillingRunFilter,
    page: &Page<(DateTime<Utc>, String)>,
) -> Result<Slice<BillingRunRow, (DateTime<Utc>, String)>, sqlx::Error> {
    let (at, id) = page.after.clone().unzip();
    let rows = sqlx::query_as(
        "SELECT * FROM read_billing_runs \
         WHERE ($1::timestamptz IS NULL OR (started_at, run_id) < ($1, $2)) \
           AND ($3::text IS NULL OR month = $3) \
           AND ($4::text IS NULL OR campus IS NULL OR campus = $4) \
         ORDER BY started_at DESC, run_id DESC LIMIT $5",
    )
    .bind(at)
    .bind(id)
    .bind(filter.month.map(|month| month.to_string()))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &BillingRunRow| {
        (row.started_at, row.run_id.to_string())
    }))
}

/// Runs that nobody has brought on since a moment, the longest waiting first.
pub async fn resting(
    executor: impl PgExecutor<'_>,
    since: DateTime<Utc>,
) -> Result<Vec<BillingRunId>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query(
        "SELECT run_id FROM read_billing_runs WHERE NOT finished AND advanced_at <= $1 \
         ORDER BY advanced_at, run_id",
    )
    .bind(since)
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| field(row, "run_id")).collect()
}
