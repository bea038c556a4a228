use chaobiao_domain::units::Index;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// An order as it stands. Whoever did something is written as [`chaobiao_decision::Actor`] writes
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceOrderRow {
    pub order_id: String,
    pub meter_no: String,
    pub collector_no: String,
    pub address: String,
    pub act: String,
    pub reason: String,
    pub emergency: bool,
    pub account_no: Option<String>,
    pub requested_by: String,
    pub requested_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// `requested`, `dispatched`, `cancelled`, `finished` or `settled`.
    pub state: String,
    pub dispatched_at: Option<DateTime<Utc>>,
    pub outcome: Option<String>,
    pub finished_at: Option<DateTime<Utc>>,
    pub index: Option<Index>,
    pub read_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub seen: Option<String>,
}

impl FromRow<'_, PgRow> for DeviceOrderRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            order_id: row.try_get("order_id")?,
            meter_no: row.try_get("meter_no")?,
            collector_no: row.try_get("collector_no")?,
            address: row.try_get("address")?,
            act: row.try_get("act")?,
            reason: row.try_get("reason")?,
            emergency: row.try_get("emergency")?,
            account_no: row.try_get("account_no")?,
            requested_by: row.try_get("requested_by")?,
            requested_at: row.try_get("requested_at")?,
            expires_at: row.try_get("expires_at")?,
            state: row.try_get("state")?,
            dispatched_at: row.try_get("dispatched_at")?,
            outcome: row.try_get("outcome")?,
            finished_at: row.try_get("finished_at")?,
            index: field(row, "index")?,
            read_at: row.try_get("read_at")?,
            note: row.try_get("note")?,
            seen: row.try_get("seen")?,
        })
    }
}

/// Lists go by time, the newest first.
pub type DeviceOrderKey = (DateTime<Utc>, String);

#[derive(Clone, Debug, Default)]
pub struct DeviceOrderFilter {
    pub state: Option<&'static str>,
    pub outcome: Option<&'static str>,
    pub meter_no: Option<String>,
    pub collector_no: Option<String>,
}

const COLUMNS: &str = "order_id, meter_no, collector_no, address, act, reason, emergency, \
     account_no, requested_by, requested_at, expires_at, state, dispatched_at, outcome, \
     finished_at, index::text, read_at, note, seen";

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &DeviceOrderFilter,
    page: &Page<DeviceOrderKey>,
) -> Result<Slice<DeviceOrderRow, DeviceOrderKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows: Vec<DeviceOrderRow> = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_device_orders WHERE ($1::text IS NULL OR state = $1) \
         AND ($2::text IS NULL OR outcome = $2) AND ($3::text IS NULL OR meter_no = $3) \
         AND ($4::text IS NULL OR collector_no = $4) \
         AND ($5::timestamptz IS NULL OR (requested_at, order_id) < ($5, $6)) \
         ORDER BY requested_at DESC, order_id DESC LIMIT $7"
    ))
    .bind(filter.state)
    .bind(filter.outcome)
    .bind(filter.meter_no.as_ref())
    .bind(filter.collector_no.as_ref())
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.requested_at, row.order_id.clone())))
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    order_id: &str,
) -> Result<Option<DeviceOrderRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_device_orders WHERE order_id = $1"
    ))
    .bind(order_id)
    .fetch_optional(executor)
    .await
}

/// What waits to be sent, the oldest first.
pub async fn waiting(
    executor: impl PgExecutor<'_>,
    collectors: &[String],
) -> Result<Vec<DeviceOrderRow>, sqlx::Error> {
    const MOST: i64 = 100;
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_device_orders \
         WHERE state = 'requested' AND collector_no = ANY($1) ORDER BY requested_at LIMIT $2"
    ))
    .bind(collectors)
    .bind(MOST)
    .fetch_all(executor)
    .await
}
