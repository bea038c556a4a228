use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::gateway_statement::{Difference, StatementSums};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A day as it was last compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    pub channel: GatewayChannel,
    pub merchant: String,
    pub day: NaiveDate,
    /// SHA-256 of the file.
    pub file: String,
    pub there: StatementSums,
    pub agreed: StatementSums,
    pub differences: Vec<Difference>,
    pub compared_at: DateTime<Utc>,
    pub compared_by: String,
}

fn sums(row: &PgRow, side: &str) -> Result<StatementSums, sqlx::Error> {
    let rows: i64 = row.try_get(format!("{side}_rows").as_str())?;
    Ok(StatementSums {
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        paid: fen(row, &format!("{side}_paid"))?,
        refunded: fen(row, &format!("{side}_refunded"))?,
    })
}

impl FromRow<'_, PgRow> for StatementRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let differences: Json<Vec<Difference>> = row.try_get("differences")?;
        Ok(Self {
            channel: field(row, "channel")?,
            merchant: row.try_get("merchant")?,
            day: row.try_get("day")?,
            file: row.try_get("file")?,
            there: sums(row, "there")?,
            agreed: sums(row, "agreed")?,
            differences: differences.0,
            compared_at: row.try_get("compared_at")?,
            compared_by: row.try_get("compared_by")?,
        })
    }
}

/// Lists go by day, the newest first.
pub type StatementKey = (NaiveDate, String, String);

/// `open_only`: days on which something differs.
pub async fn list(
    executor: impl PgExecutor<'_>,
    open_only: bool,
    page: &Page<StatementKey>,
) -> Result<Slice<StatementRow, StatementKey>, sqlx::Error> {
    let after = page.after.clone();
    let rows: Vec<StatementRow> = sqlx::query_as(
        "SELECT * FROM read_gateway_statements \
         WHERE (NOT $1 OR jsonb_array_length(differences) > 0) \
         AND ($2::date IS NULL OR (day, channel, merchant) < ($2, $3, $4)) \
         ORDER BY day DESC, channel DESC, merchant DESC LIMIT $5",
    )
    .bind(open_only)
    .bind(after.as_ref().map(|key| key.0))
    .bind(after.as_ref().map(|key| &key.1))
    .bind(after.as_ref().map(|key| &key.2))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| {
        (
            row.day,
            row.channel.as_str().to_owned(),
            row.merchant.clone(),
        )
    }))
}
