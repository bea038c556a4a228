use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgExecutor};

use crate::paging::{Page, Slice};

/// A prepaid account as it stands, or one that was and is not supplied yet.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PrepaidRow {
    pub account_no: String,
    /// `prepaid` or `postpaid`.
    pub scheme: String,
    pub campus: String,
    pub since_on: NaiveDate,
    pub reason: String,
    pub alarm_below: Option<i64>,
    pub grace_credit: Option<i64>,
    pub level: String,
    pub supply: String,
    pub cut_off_at: Option<DateTime<Utc>>,
    /// Credit less what is open.
    pub balance: i64,
}

#[derive(Clone, Debug, Default)]
pub struct PrepaidFilter {
    pub campus: Option<String>,
    pub level: Option<String>,
    pub supply: Option<String>,
}

const SELECT: &str = "SELECT p.*, s.campus, s.credit - s.open AS balance FROM read_prepaid p \
     JOIN read_account_statement s USING (account_no) \
     WHERE (p.scheme = 'prepaid' OR p.supply <> 'on')";

/// By account number.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &PrepaidFilter,
    page: &Page<String>,
) -> Result<Slice<PrepaidRow, String>, sqlx::Error> {
    let rows: Vec<PrepaidRow> = sqlx::query_as(&format!(
        "{SELECT} AND ($1::text IS NULL OR s.campus = $1) AND ($2::text IS NULL OR p.level = $2) \
         AND ($3::text IS NULL OR p.supply = $3) AND ($4::text IS NULL OR account_no > $4) \
         ORDER BY account_no LIMIT $5"
    ))
    .bind(filter.campus.as_ref())
    .bind(filter.level.as_ref())
    .bind(filter.supply.as_ref())
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &PrepaidRow| row.account_no.clone()))
}

pub async fn of_accounts(
    executor: impl PgExecutor<'_>,
    accounts: &[String],
) -> Result<Vec<PrepaidRow>, sqlx::Error> {
    sqlx::query_as(&format!("{SELECT} AND account_no = ANY($1)"))
        .bind(accounts)
        .fetch_all(executor)
        .await
}

/// The read models [`payer`] asks.
pub const PAYER_OF: [&str; 2] = ["prepaid", "meter_card"];

/// The prepaid account that pays for a meter, if it is one.
pub async fn payer(
    executor: impl PgExecutor<'_>,
    meter_no: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT account_no FROM read_prepaid \
         JOIN read_meter_card_account USING (account_no) \
         WHERE meter_no = $1 AND scheme = 'prepaid'",
    )
    .bind(meter_no)
    .fetch_optional(executor)
    .await
}
