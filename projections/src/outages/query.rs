use chaobiao_domain::bulletin::outage::OutageArea;
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use crate::binding_queue::customers_of;
use crate::paging::{Page, Slice};

/// A notice as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OutageRow {
    pub outage_id: String,
    /// `water`, `electricity`.
    pub commodities: Vec<String>,
    /// `campus`, `building`, `meter` or `account`.
    pub area: String,
    pub campus: String,
    pub building: Option<String>,
    pub meter_no: Option<String>,
    pub account_no: Option<String>,
    pub outage_from: DateTime<Utc>,
    pub outage_to: DateTime<Utc>,
    pub reason: String,
    pub published_at: DateTime<Utc>,
    pub first_to: DateTime<Utc>,
    pub extension: Option<String>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancellation: Option<String>,
    pub reminded_at: Option<DateTime<Utc>>,
}

/// By their beginning.
pub type OutageKey = (DateTime<Utc>, String);

/// How far somebody sees: whose supply is cut alone is nobody else's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Campuses and buildings.
    Everybody,
    /// And the accounts bound to this customer, with their meters.
    Customer(String),
    /// All notices.
    Staff,
}

/// Which notices are wanted; what is `None` does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageFilter {
    pub campus: Option<String>,
    /// Only those that are not over by then, nor cancelled.
    pub current_at: Option<DateTime<Utc>>,
    pub reach: Reach,
}

const COLUMNS: &str = "outage_id, commodities, area, campus, building, meter_no, account_no, \
     outage_from, outage_to, reason, published_at, first_to, extension, cancelled_at, \
     cancellation, reminded_at";

/// Notices by their beginning.
pub async fn outages(
    pool: &PgPool,
    filter: &OutageFilter,
    page: &Page<OutageKey>,
) -> Result<Slice<OutageRow, OutageKey>, sqlx::Error> {
    let customer = match &filter.reach {
        Reach::Customer(customer) => Some(customer.as_str()),
        Reach::Everybody | Reach::Staff => None,
    };
    let (after, after_id) = page.after.clone().unzip();
    let rows = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_outages o WHERE ($1::text IS NULL OR campus = $1) \
         AND ($2::timestamptz IS NULL OR (outage_to > $2 AND cancelled_at IS NULL)) \
         AND ($3 OR area IN ('campus', 'building') OR EXISTS ( \
             SELECT FROM read_binding_queue b \
             LEFT JOIN read_meter_card_account m \
                 ON m.account_no = b.account_no AND m.meter_no = o.meter_no \
             WHERE b.customer_id = $4 AND b.state = 'approved' \
             AND (b.account_no = o.account_no OR m.meter_no IS NOT NULL))) \
         AND ($5::timestamptz IS NULL OR (outage_from, outage_id) > ($5, $6)) \
         ORDER BY outage_from, outage_id LIMIT $7"
    ))
    .bind(&filter.campus)
    .bind(filter.current_at)
    .bind(filter.reach == Reach::Staff)
    .bind(customer)
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &OutageRow| {
        (row.outage_from, row.outage_id.clone())
    }))
}

pub async fn by_id(pool: &PgPool, id: &str) -> Result<Option<OutageRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_outages WHERE outage_id = $1"
    ))
    .bind(id)
    .fetch_optional(pool)
    .await
}

/// The read models [`audience`] asks.
pub const AUDIENCE_OF: [&str; 3] = ["binding_queue", "directory", "meter_card"];

/// The customers with a bound account in an area, by id.
pub async fn audience(pool: &PgPool, area: &OutageArea) -> Result<Vec<String>, sqlx::Error> {
    let query = match area {
        OutageArea::Campus { campus } => sqlx::query_scalar(
            "SELECT DISTINCT b.customer_id FROM read_binding_queue b \
             JOIN read_directory_account a ON a.account_no = b.account_no \
             WHERE b.state = 'approved' AND a.campus = $1 ORDER BY 1",
        )
        .bind(campus.as_str()),
        OutageArea::Building { campus, building } => sqlx::query_scalar(
            "SELECT DISTINCT b.customer_id FROM read_binding_queue b \
             JOIN read_meter_card_account m ON m.account_no = b.account_no \
             JOIN read_meter_card c ON c.meter_no = m.meter_no \
             WHERE b.state = 'approved' AND c.campus = $1 AND c.building = $2 ORDER BY 1",
        )
        .bind(campus.as_str())
        .bind(building),
        OutageArea::Meter { meter_no, .. } => sqlx::query_scalar(
            "SELECT DISTINCT b.customer_id FROM read_binding_queue b \
             JOIN read_meter_card_account m ON m.account_no = b.account_no \
             WHERE b.state = 'approved' AND m.meter_no = $1 ORDER BY 1",
        )
        .bind(meter_no.as_str()),
        OutageArea::Account { account_no, .. } => {
            return customers_of(pool, account_no.as_str()).await;
        }
    };
    query.fetch_all(pool).await
}
