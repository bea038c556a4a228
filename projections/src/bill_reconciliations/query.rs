use chaobiao_domain::bill_reconciliation::ReconciledKind;
use chaobiao_domain::units::{BillingMonth, Fen, ReconciliationId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A list of the charging system's beside ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationRow {
    pub reconciliation_id: ReconciliationId,
    pub file_name: String,
    pub campus: Option<String>,
    pub months: Vec<String>,
    pub run: i32,
    pub there_bills: i32,
    pub there_asked: Fen,
    pub there_open: Fen,
    pub here_bills: i32,
    pub here_asked: Fen,
    pub here_open: Fen,
    pub agreed: i32,
    pub differing: i32,
    pub finished: bool,
    pub compared_at: DateTime<Utc>,
    pub compared_by: String,
}

impl FromRow<'_, PgRow> for ReconciliationRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let months: String = row.try_get("months")?;
        Ok(Self {
            reconciliation_id: field(row, "reconciliation_id")?,
            file_name: row.try_get("file_name")?,
            campus: row.try_get("campus")?,
            months: months.split(' ').map(str::to_owned).collect(),
            run: row.try_get("run")?,
            there_bills: row.try_get("there_bills")?,
            there_asked: fen(row, "there_asked")?,
            there_open: fen(row, "there_open")?,
            here_bills: row.try_get("here_bills")?,
            here_asked: fen(row, "here_asked")?,
            here_open: fen(row, "here_open")?,
            agreed: row.try_get("agreed")?,
            differing: row.try_get("differing")?,
            finished: row.try_get("finished")?,
            compared_at: row.try_get("compared_at")?,
            compared_by: row.try_get("compared_by")?,
        })
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceRow {
    pub place: i32,
    pub kind: ReconciledKind,
    pub account_no: String,
    pub month: BillingMonth,
    pub there: Option<Fen>,
    pub here: Option<Fen>,
    pub open_there: Option<Fen>,
    pub open_here: Option<Fen>,
}

impl FromRow<'_, PgRow> for DifferenceRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let amount = |column| -> Result<Option<Fen>, sqlx::Error> {
            let amount: Option<i64> = row.try_get(column)?;
            Ok(amount.map(Fen::new))
        };
        Ok(Self {
            place: row.try_get("place")?,
            kind: field(row, "kind")?,
            account_no: row.try_get("account_no")?,
            month: field(row, "bill_month")?,
            there: amount("there")?,
            here: amount("here")?,
            open_there: amount("open_there")?,
            open_here: amount("open_here")?,
        })
    }
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    id: &ReconciliationId,
) -> Result<Option<ReconciliationRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_bill_reconciliations WHERE reconciliation_id = $1")
        .bind(id.as_str())
        .fetch_optional(executor)
        .await
}

/// The newest first.
pub async fn list(
    executor: impl PgExecutor<'_>,
    page: &Page<(DateTime<Utc>, String)>,
) -> Result<Slice<ReconciliationRow, (DateTime<Utc>, String)>, sqlx::Error> {
    let (at, id) = page.after.clone().unzip();
    let rows = sqlx::query_as(
        "SELECT * FROM read_bill_reconciliations \
         WHERE $1::timestamptz IS NULL OR (compared_at, reconciliation_id) < ($1, $2) \
         ORDER BY compared_at DESC, reconciliation_id DESC LIMIT $3",
    )
    .bind(at)
    .bind(id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &ReconciliationRow| {
        (row.compared_at, row.reconciliation_id.to_string())
    }))
}

/// In the order they were found.
pub async fn differences(
    executor: impl PgExecutor<'_>,
    id: &ReconciliationId,
    kind: Option<ReconciledKind>,
    page: &Page<i32>,
) -> Result<Slice<DifferenceRow, i32>, sqlx::Error> {
    let rows = sqlx::query_as(
        "SELECT * FROM read_bill_reconciliations_difference WHERE reconciliation_id = $1 \
         AND ($2::text IS NULL OR kind = $2) AND place > $3 ORDER BY place LIMIT $4",
    )
    .bind(id.as_str())
    .bind(kind.map(ReconciledKind::as_str))
    .bind(page.after.unwrap_or_default())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &DifferenceRow| row.place))
}

/// All of them, for a file.
pub async fn all_differences(
    executor: impl PgExecutor<'_>,
    id: &ReconciliationId,
) -> Result<Vec<DifferenceRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_bill_reconciliations_difference WHERE reconciliation_id = $1 \
         ORDER BY place",
    )
    .bind(id.as_str())
    .fetch_all(executor)
    .await
}
