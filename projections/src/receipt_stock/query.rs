use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgExecutor};

use crate::paging::{Page, Slice};

/// A bundle as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StockRow {
    pub stock_no: String,
    /// As printed.
    pub first_no: String,
    pub last_no: String,
    pub sheets: i64,
    pub campus: String,
    pub cashier: String,
    pub issued_by: String,
    pub issued_at: DateTime<Utc>,
    pub returned_to: Option<String>,
    pub returned_at: Option<DateTime<Utc>>,
    pub used: i64,
    pub spoiled: i64,
}

/// A sheet that was used or spoiled.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SheetRow {
    pub stock_no: String,
    pub number: i64,
    pub printed_no: String,
    /// `used` or `spoiled`.
    pub state: String,
    pub receipt_no: Option<String>,
    pub reason: Option<String>,
}

const SELECT: &str = "SELECT s.*, \
     (SELECT count(*) FROM read_receipt_stock_sheet h \
         WHERE h.stock_no = s.stock_no AND h.state = 'used') AS used, \
     (SELECT count(*) FROM read_receipt_stock_sheet h \
         WHERE h.stock_no = s.stock_no AND h.state = 'spoiled') AS spoiled \
     FROM read_receipt_stock s WHERE ";

/// Lists go by the time they were handed out, the newest first.
pub type StockKey = (DateTime<Utc>, String);

pub async fn list(
    executor: impl PgExecutor<'_>,
    campus: Option<&str>,
    cashier: Option<&str>,
    page: &Page<StockKey>,
) -> Result<Slice<StockRow, StockKey>, sqlx::Error> {
    let (after, after_no) = page.after.clone().unzip();
    let rows: Vec<StockRow> = sqlx::query_as(&format!(
        "{SELECT}($1::text IS NULL OR campus = $1) AND ($2::text IS NULL OR cashier = $2) \
         AND ($3::timestamptz IS NULL OR (issued_at, stock_no) < ($3, $4)) \
         ORDER BY issued_at DESC, stock_no DESC LIMIT $5"
    ))
    .bind(campus)
    .bind(cashier)
    .bind(after)
    .bind(after_no)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &StockRow| (row.issued_at, row.stock_no.clone())))
}

pub async fn by_number(
    executor: impl PgExecutor<'_>,
    stock_no: &str,
) -> Result<Option<StockRow>, sqlx::Error> {
    sqlx::query_as(&format!("{SELECT}stock_no = $1"))
        .bind(stock_no)
        .fetch_optional(executor)
        .await
}

/// The sheets of several bundles that were used or spoiled, in order.
pub async fn sheets(
    executor: impl PgExecutor<'_>,
    stocks: &[String],
) -> Result<Vec<SheetRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_receipt_stock_sheet WHERE stock_no = ANY($1) \
         ORDER BY stock_no, number",
    )
    .bind(stocks)
    .fetch_all(executor)
    .await
}

/// The sheets several receipts are printed on.
pub async fn papers(
    executor: impl PgExecutor<'_>,
    receipts: &[String],
) -> Result<Vec<SheetRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_receipt_stock_sheet WHERE receipt_no = ANY($1) ORDER BY receipt_no",
    )
    .bind(receipts)
    .fetch_all(executor)
    .await
}
