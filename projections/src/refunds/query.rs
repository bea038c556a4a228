use chaobiao_domain::units::Fen;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;
use crate::rows::fen;

/// A refund as it stands. Whoever did something is written as [`chaobiao_decision::Actor`] writes
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRow {
    pub refund_id: String,
    pub account_no: String,
    /// `credit` or `deposit`.
    pub purse: String,
    pub amount: Fen,
    /// `cash` or `bank`.
    pub method: String,
    has_payee: bool,
    pub reason: String,
    pub requested_by: String,
    pub requested_at: DateTime<Utc>,
    /// `requested`, `approved`, `rejected`, `paid` or `returned`.
    pub state: String,
    pub approved_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub paid_by: Option<String>,
    pub paid_at: Option<DateTime<Utc>>,
    pub till_id: Option<String>,
    pub bank_reference: Option<String>,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_reason: Option<String>,
}

impl FromRow<'_, PgRow> for RefundRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            refund_id: row.try_get("refund_id")?,
            account_no: row.try_get("account_no")?,
            purse: row.try_get("purse")?,
            amount: fen(row, "amount")?,
            method: row.try_get("method")?,
            has_payee: row.try_get("has_payee")?,
            reason: row.try_get("reason")?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            state: row.try_get("state")?,
            approved_by: row.try_get("approved_by")?,
            approved_at: row.try_get("approved_at")?,
            paid_by: row.try_get("paid_by")?,
            paid_at: row.try_get("paid_at")?,
            till_id: row.try_get("till_id")?,
            bank_reference: row.try_get("bank_reference")?,
            ended_by: row.try_get("ended_by")?,
            ended_at: row.try_get("ended_at")?,
            ended_reason: row.try_get("ended_reason")?,
        })
    }
}

impl RefundRow {
    /// Where it is kept to whom the bank pays.
    pub fn payee(&self) -> Option<PersonalAt> {
        self.has_payee.then(|| PersonalAt {
            aggregate_type: "refund",
            aggregate_id: self.refund_id.clone(),
            sequence: 1,
            places: &["/payee"],
        })
    }
}

/// Lists go by time, the newest first.
pub type RefundKey = (DateTime<Utc>, String);

#[derive(Clone, Debug, Default)]
pub struct RefundFilter {
    pub state: Option<&'static str>,
    pub account_no: Option<String>,
}

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &RefundFilter,
    page: &Page<RefundKey>,
) -> Result<Slice<RefundRow, RefundKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows: Vec<RefundRow> = sqlx::query_as(
        "SELECT * FROM read_refunds WHERE ($1::text IS NULL OR state = $1) \
         AND ($2::text IS NULL OR account_no = $2) \
         AND ($3::timestamptz IS NULL OR (requested_at, refund_id) < ($3, $4)) \
         ORDER BY requested_at DESC, refund_id DESC LIMIT $5",
    )
    .bind(filter.state)
    .bind(filter.account_no.as_ref())
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.requested_at, row.refund_id.clone())))
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    refund_id: &str,
) -> Result<Option<RefundRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_refunds WHERE refund_id = $1")
        .bind(refund_id)
        .fetch_optional(executor)
        .await
}
