use chaobiao_domain::units::{CampaignId, CampusId, MeterNo};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// A campaign in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRow {
    pub campaign_id: CampaignId,
    pub name: String,
    pub campus: CampusId,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub remind_on: Vec<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub meters: i64,
    /// Read by their customers.
    pub self_read: i64,
    /// Read by anybody.
    pub read: i64,
    pub reminders: i64,
}

impl FromRow<'_, PgRow> for CampaignRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(remind_on) = row.try_get("remind_on")?;
        Ok(Self {
            campaign_id: field(row, "campaign_id")?,
            name: row.try_get("name")?,
            campus: field(row, "campus")?,
            from: row.try_get("from_on")?,
            until: row.try_get("until_on")?,
            remind_on,
            ended_on: row.try_get("ended_on")?,
            meters: row.try_get("meters")?,
            self_read: row.try_get("self_read")?,
            read: row.try_get("read")?,
            reminders: row.try_get("reminders")?,
        })
    }
}

/// Campaigns from the latest back, or the one asked for.
pub async fn list(
    executor: impl PgExecutor<'_>,
    campaign_id: Option<&CampaignId>,
    campus: Option<&CampusId>,
) -> Result<Vec<CampaignRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT c.*, count(m.*) AS meters, count(m.reading_id) AS read, \
             count(*) FILTER (WHERE m.channel = 'self_read') AS self_read, \
             coalesce(sum(m.reminders), 0)::bigint AS reminders \
         FROM read_self_read_campaigns c \
         LEFT JOIN read_self_read_campaigns_meter m USING (campaign_id) \
         WHERE ($1::text IS NULL OR c.campaign_id = $1) AND ($2::text IS NULL OR c.campus = $2) \
         GROUP BY c.campaign_id ORDER BY c.from_on DESC, c.campaign_id LIMIT 100",
    )
    .bind(campaign_id.map(CampaignId::as_str))
    .bind(campus.map(CampusId::as_str))
    .fetch_all(executor)
    .await
}

/// Meters of a campaign that nobody has read yet, in its order.
pub async fn unread(
    executor: impl PgExecutor<'_>,
    campaign_id: &CampaignId,
    page: &Page<i64>,
) -> Result<Slice<MeterNo, i64>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query(
        "SELECT meter_no, position FROM read_self_read_campaigns_meter \
         WHERE campaign_id = $1 AND reading_id IS NULL AND position > $2 \
         ORDER BY position LIMIT $3",
    )
    .bind(campaign_id.as_str())
    .bind(page.after.unwrap_or(-1))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    let rows = rows
        .iter()
        .map(|row| Ok((field(row, "meter_no")?, row.try_get("position")?)))
        .collect::<Result<Vec<(MeterNo, i64)>, sqlx::Error>>()?;
    Ok(page
        .slice(rows, |(_, position)| *position)
        .map(|(meter_no, _)| meter_no))
}
