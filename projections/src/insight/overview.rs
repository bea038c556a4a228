//! The centre at a glance (R6): metering and charging in one month.

use chaobiao_domain::units::{BillingMonth, CampusId, Commodity, Fen, Quantity};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};

use super::{USED, span};
use crate::rows::{fen, field};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    pub month: BillingMonth,
    /// Of the walks of the month.
    pub meters: i64,
    pub read: i64,
    pub unread: i64,
    /// Readings of whatever month that wait for a person now.
    pub held: i64,
    /// Readings of the month a rule found something in.
    pub anomalies: i64,
    pub usage: Vec<CommodityTotals>,
    /// By the notices of the month's bills.
    pub billed: Fen,
    pub open: Fen,
    /// What is open of these past its day.
    pub overdue: Fen,
    /// Money taken in the month, for whatever it was.
    pub collected: Fen,
}

/// What was used of one commodity, by the readings of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommodityTotals {
    pub commodity: Commodity,
    pub usage: Quantity,
    pub previous_month: Quantity,
    pub last_year: Quantity,
}

impl FromRow<'_, PgRow> for CommodityTotals {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            commodity: field(row, "commodity")?,
            usage: field(row, "usage")?,
            previous_month: field(row, "previous_month")?,
            last_year: field(row, "last_year")?,
        })
    }
}

pub async fn overview(
    pool: &PgPool,
    month: BillingMonth,
    campus: Option<&CampusId>,
    today: NaiveDate,
) -> Result<Overview, sqlx::Error> {
    let (begin, end) = span(month, month);
    let row = sqlx::query(
        "WITH walks AS ( \
             SELECT count(*) AS meters, count(*) FILTER (WHERE w.state = 'read') AS read, \
                 count(*) FILTER (WHERE w.state = 'unread') AS unread \
             FROM read_unread_meters w JOIN read_unread_meters_round r USING (round_id) \
             WHERE r.month = $1 AND ($2::text IS NULL OR r.campus = $2)), \
         waiting AS ( \
             SELECT count(*) AS held FROM read_reading_review v \
             JOIN read_reading_review_meter m USING (meter_no) \
             WHERE v.status = 'held' AND ($2::text IS NULL OR m.campus = $2)), \
         odd AS ( \
             SELECT count(*) AS anomalies FROM read_reading_review v \
             JOIN read_reading_review_meter m USING (meter_no) \
             WHERE v.read_at >= $3 AND v.read_at < $4 AND v.findings <> '[]' \
               AND ($2::text IS NULL OR m.campus = $2)), \
         notices AS ( \
             SELECT coalesce(sum(n.amount), 0)::bigint AS billed, \
                 coalesce(sum(n.open), 0)::bigint AS open, \
                 coalesce(sum(n.open) FILTER (WHERE n.due_on < $5), 0)::bigint AS overdue \
             FROM read_unpaid_notices n LEFT JOIN read_unpaid_notices_account a \
                 USING (account_no) \
             WHERE n.bill_month = $1 AND ($2::text IS NULL OR a.campus = $2)), \
         money AS ( \
             SELECT coalesce(sum(amount), 0)::bigint AS collected FROM read_payments \
             WHERE paid_month = $1 AND reversed_at IS NULL \
               AND ($2::text IS NULL OR campus = $2)) \
         SELECT * FROM walks, waiting, odd, notices, money",
    )
    .bind(month.to_string())
    .bind(campus.map(CampusId::as_str))
    .bind(begin)
    .bind(end)
    .bind(today)
    .fetch_one(pool)
    .await?;
    Ok(Overview {
        month,
        meters: row.try_get("meters")?,
        read: row.try_get("read")?,
        unread: row.try_get("unread")?,
        held: row.try_get("held")?,
        anomalies: row.try_get("anomalies")?,
        usage: totals(pool, month, campus).await?,
        billed: fen(&row, "billed")?,
        open: fen(&row, "open")?,
        overdue: fen(&row, "overdue")?,
        collected: fen(&row, "collected")?,
    })
}

async fn totals(
    pool: &PgPool,
    month: BillingMonth,
    campus: Option<&CampusId>,
) -> Result<Vec<CommodityTotals>, sqlx::Error> {
    let last_year = BillingMonth::try_new(month.year() - 1, month.month()).unwrap_or(month);
    let statement = format!(
        "WITH used AS ( \
             SELECT c.commodity, to_char(u.read_on, 'YYYY-MM') AS month, sum(u.usage) AS usage \
             FROM {USED} u JOIN read_meter_card c USING (meter_no) \
             WHERE ((u.read_on >= $4 AND u.read_on < $5) OR (u.read_on >= $6 AND u.read_on < $7)) \
               AND ($8::text IS NULL OR c.campus = $8) GROUP BY 1, 2) \
         SELECT commodity, \
             trim_scale(coalesce(sum(usage) FILTER (WHERE month = $1), 0))::text AS usage, \
             trim_scale(coalesce(sum(usage) FILTER (WHERE month = $2), 0))::text \
                 AS previous_month, \
             trim_scale(coalesce(sum(usage) FILTER (WHERE month = $3), 0))::text AS last_year \
         FROM used GROUP BY 1 ORDER BY 1 DESC"
    );
    sqlx::query_as(&statement)
        .bind(month.to_string())
        .bind(month.previous().to_string())
        .bind(last_year.to_string())
        .bind(month.previous().first_day())
        .bind(month.next().first_day())
        .bind(last_year.first_day())
        .bind(last_year.next().first_day())
        .bind(campus.map(CampusId::as_str))
        .fetch_all(pool)
        .await
}
