use std::collections::HashMap;

use chaobiao_domain::gateway_order::{DisputeCause, GatewayChannel};
use chaobiao_domain::units::{AccountNo, CustomerId, Fen, GatewayOrderNo};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// An order as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    pub order_no: GatewayOrderNo,
    pub channel: GatewayChannel,
    /// None while the gateway knows an order that we do not.
    pub customer_id: Option<CustomerId>,
    pub amount: Fen,
    pub placed_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// One of the domain's, or `unplaced`.
    pub status: String,
    pub transaction_id: Option<String>,
    pub payment_id: Option<String>,
    pub cause: Option<DisputeCause>,
    pub reported_amount: Option<Fen>,
    pub reported_id: Option<String>,
    pub note: Option<String>,
    pub trouble: Option<String>,
    pub account_nos: Vec<String>,
}

impl FromRow<'_, PgRow> for OrderRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let reported: Option<i64> = row.try_get("reported_amount")?;
        Ok(Self {
            order_no: field(row, "order_no")?,
            channel: field(row, "channel")?,
            customer_id: field(row, "customer_id")?,
            amount: fen(row, "amount")?,
            placed_at: row.try_get("placed_at")?,
            expires_at: row.try_get("expires_at")?,
            status: row.try_get("status")?,
            transaction_id: row.try_get("transaction_id")?,
            payment_id: row.try_get("payment_id")?,
            cause: field(row, "cause")?,
            reported_amount: reported.map(Fen::new),
            reported_id: row.try_get("reported_id")?,
            note: row.try_get("note")?,
            trouble: row.try_get("trouble")?,
            account_nos: row.try_get("account_nos")?,
        })
    }
}

/// The order's status by the domain's own order of precedence.
const SHOWN: &str = "SELECT o.*, \
     CASE WHEN refund_state = 'asked' THEN 'refunding' \
          WHEN refund_state = 'done' \
               AND (transaction_id IS NULL OR refund_of = transaction_id) THEN 'refunded' \
          WHEN cause IS NOT NULL THEN 'disputed' \
          WHEN payment_id IS NOT NULL THEN 'settled' \
          WHEN transaction_id IS NOT NULL THEN 'confirmed' \
          WHEN closed_at IS NOT NULL THEN 'closed' \
          WHEN customer_id IS NULL THEN 'unplaced' \
          ELSE 'waiting' END AS status, \
     ARRAY(SELECT a.account_no FROM read_gateway_orders_account a \
           WHERE a.order_no = o.order_no ORDER BY a.account_no) AS account_nos \
     FROM read_gateway_orders o";

/// Which orders a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    pub customer_id: Option<CustomerId>,
    pub account_no: Option<AccountNo>,
    /// None means all.
    pub statuses: Vec<String>,
}

/// Lists go by time, the newest first.
pub type OrderKey = (DateTime<Utc>, String);

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &OrderFilter,
    page: &Page<OrderKey>,
) -> Result<Slice<OrderRow, OrderKey>, sqlx::Error> {
    let after = page.after.clone();
    let rows: Vec<OrderRow> = sqlx::query_as(&format!(
        "SELECT * FROM ({SHOWN}) shown WHERE ($1::text IS NULL OR customer_id = $1) \
         AND ($2::text IS NULL OR $2 = ANY(account_nos)) \
         AND (cardinality($3::text[]) = 0 OR status = ANY($3)) \
         AND ($4::timestamptz IS NULL OR (placed_at, order_no) < ($4, $5)) \
         ORDER BY placed_at DESC, order_no DESC LIMIT $6"
    ))
    .bind(filter.customer_id.as_ref().map(CustomerId::as_str))
    .bind(filter.account_no.as_ref().map(AccountNo::as_str))
    .bind(&filter.statuses)
    .bind(after.as_ref().map(|key| key.0))
    .bind(after.as_ref().map(|key| &key.1))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.placed_at, row.order_no.to_string())))
}

pub async fn by_no(
    executor: impl PgExecutor<'_>,
    order_no: &str,
) -> Result<Option<OrderRow>, sqlx::Error> {
    sqlx::query_as(&format!("{SHOWN} WHERE o.order_no = $1"))
        .bind(order_no)
        .fetch_optional(executor)
        .await
}

/// The orders a gateway was paid for in a stretch of time, for comparison with its own file.
pub async fn paid_between(
    executor: impl PgExecutor<'_>,
    channel: GatewayChannel,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<GatewayOrderNo>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT order_no FROM read_gateway_orders \
         WHERE channel = $1 AND paid_at >= $2 AND paid_at < $3 ORDER BY order_no",
    )
    .bind(channel.as_str())
    .bind(from)
    .bind(to)
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| field(row, "order_no")).collect()
}

/// Order numbers by the numbers of their refunds.
pub async fn of_refunds(
    executor: impl PgExecutor<'_>,
    refunds: &[String],
) -> Result<HashMap<String, String>, sqlx::Error> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT refund_no, order_no FROM read_gateway_orders WHERE refund_no = ANY($1)",
    )
    .bind(refunds)
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().collect())
}
