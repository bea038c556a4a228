//! Money as it came in, by where, by whom and how.

use chaobiao_domain::payment::PaymentMethod;
use chaobiao_domain::units::{CampusId, Fen, start_of_business_day};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};

use crate::rows::{fen, field};

/// What one person took at one campus in one way, and what of earlier payments was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    pub campus: CampusId,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub taken_by: String,
    pub method: PaymentMethod,
    pub payments: i64,
    pub taken: Fen,
    /// Payments undone in these days, whenever they were taken.
    pub reversals: i64,
    pub reversed: Fen,
}

impl FromRow<'_, PgRow> for Collected {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            campus: field(row, "campus")?,
            taken_by: row.try_get("taken_by")?,
            method: field(row, "method")?,
            payments: row.try_get("payments")?,
            taken: fen(row, "taken")?,
            reversals: row.try_get("reversals")?,
            reversed: fen(row, "reversed")?,
        })
    }
}

/// From the first day to the last, both included. What was taken and undone within the days counts
/// on both sides.
pub async fn collected(
    pool: &PgPool,
    (from, to): (NaiveDate, NaiveDate),
    campus: Option<&CampusId>,
) -> Result<Vec<Collected>, sqlx::Error> {
    let end = to.succ_opt().unwrap_or(to);
    sqlx::query_as(
        "SELECT campus, taken_by, method, \
             count(*) FILTER (WHERE taken) AS payments, \
             coalesce(sum(amount) FILTER (WHERE taken), 0)::bigint AS taken, \
             count(*) FILTER (WHERE undone) AS reversals, \
             coalesce(sum(amount) FILTER (WHERE undone), 0)::bigint AS reversed \
         FROM (SELECT campus, taken_by, method, amount, \
                   paid_at >= $1 AND paid_at < $2 AS taken, \
                   reversed_at IS NOT NULL AND reversed_at >= $1 AND reversed_at < $2 AS undone \
               FROM read_payments WHERE $3::text IS NULL OR campus = $3) p \
         WHERE taken OR undone GROUP BY campus, taken_by, method \
         ORDER BY campus, taken_by, method",
    )
    .bind(start_of_business_day(from))
    .bind(start_of_business_day(end))
    .bind(campus.map(CampusId::as_str))
    .fetch_all(pool)
    .await
}
