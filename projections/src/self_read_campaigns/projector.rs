use std::collections::BTreeMap;

use async_trait::async_trait;
use chaobiao_domain::meter::{MeterEvent, ReadingRejected, ReadingWithdrawn};
use chaobiao_domain::self_read_campaign::{CampaignOpened, SelfReadCampaignEvent};
use chaobiao_domain::units::business_date;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::rows::store;

/// Keeps `read_self_read_campaigns`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SelfReadCampaignsProjector;

#[derive(Serialize)]
struct MeterRow<'a> {
    campaign_id: &'a str,
    meter_no: &'a str,
    position: i64,
    reminders: i64,
}

#[derive(Serialize)]
struct LastRow {
    meter_no: String,
    reading_id: String,
    read_on: NaiveDate,
    channel: &'static str,
}

#[async_trait]
impl Projector for SelfReadCampaignsProjector {
    fn name(&self) -> &'static str {
        "self_read_campaigns"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "self_read_campaign"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_self_read_campaigns",
            "read_self_read_campaigns_meter",
            "read_self_read_campaigns_last",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut last = BTreeMap::new();
        // Most readings are of meters no campaign is about: those cost a share of one statement.
        let mut concerned = is_concerned(events, connection).await?;
        for event in events {
            if event.stream.aggregate_type == "meter" {
                project_meter(event, concerned, &mut last, connection).await?;
            } else {
                keep(&mut last, connection).await?;
                project_campaign(event, connection).await?;
                concerned = true;
            }
        }
        keep(&mut last, connection).await
    }
}

/// Readings of a batch that are the last of their meters.
type Last = BTreeMap<String, LastRow>;

async fn is_concerned(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<bool, ProjectionError> {
    let meters: Vec<&str> = events
        .iter()
        .map(|event| event.stream.aggregate_id.as_str())
        .collect();
    let statement = "SELECT EXISTS (SELECT 1 FROM read_self_read_campaigns_meter \
         WHERE meter_no = ANY($1))";
    Ok(sqlx::query_scalar(statement)
        .bind(meters)
        .fetch_one(connection)
        .await?)
}

async fn keep(last: &mut Last, connection: &mut PgConnection) -> Result<(), ProjectionError> {
    let rows: Vec<LastRow> = std::mem::take(last).into_values().collect();
    let statement = "INSERT INTO read_self_read_campaigns_last \
         SELECT * FROM jsonb_populate_recordset(NULL::read_self_read_campaigns_last, $1) \
         ON CONFLICT (meter_no) DO UPDATE SET (reading_id, read_on, channel) = \
             (excluded.reading_id, excluded.read_on, excluded.channel)";
    store(connection, statement, &rows).await?;
    Ok(())
}

async fn project_meter(
    event: &RecordedEvent,
    concerned: bool,
    last: &mut Last,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let judged = matches!(
        event.event_type.as_str(),
        "meter.reading_submitted" | "meter.reading_rejected" | "meter.reading_withdrawn"
    );
    if !judged {
        return Ok(());
    }
    let meter_no = &event.stream.aggregate_id;
    match event.decode()? {
        MeterEvent::ReadingSubmitted(submitted) => {
            let row = LastRow {
                meter_no: meter_no.clone(),
                reading_id: submitted.reading_id.to_string(),
                read_on: business_date(submitted.read_at),
                channel: submitted.channel.as_str(),
            };
            if concerned {
                count_reading(&row, connection).await?;
            }
            last.insert(meter_no.clone(), row);
        }
        MeterEvent::ReadingRejected(ReadingRejected { reading_id, .. })
        | MeterEvent::ReadingWithdrawn(ReadingWithdrawn { reading_id, .. }) => {
            keep(last, connection).await?;
            for statement in [
                "UPDATE read_self_read_campaigns_meter \
                 SET reading_id = NULL, read_on = NULL, channel = NULL \
                 WHERE meter_no = $1 AND reading_id = $2",
                "DELETE FROM read_self_read_campaigns_last \
                 WHERE meter_no = $1 AND reading_id = $2",
            ] {
                sqlx::query(statement)
                    .bind(meter_no)
                    .bind(reading_id.as_str())
                    .execute(&mut *connection)
                    .await?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The first reading within a campaign counts for it.
async fn count_reading(
    row: &LastRow,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "UPDATE read_self_read_campaigns_meter m \
         SET reading_id = $2, read_on = $3, channel = $4 \
         FROM read_self_read_campaigns c \
         WHERE c.campaign_id = m.campaign_id AND m.meter_no = $1 \
           AND m.reading_id IS NULL AND c.from_on <= $3 \
           AND (c.ended_on IS NULL OR $3 <= c.ended_on)",
    )
    .bind(&row.meter_no)
    .bind(&row.reading_id)
    .bind(row.read_on)
    .bind(row.channel)
    .execute(connection)
    .await?;
    Ok(())
}

async fn project_campaign(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = event.stream.aggregate_id.as_str();
    match event.decode()? {
        SelfReadCampaignEvent::Opened(opened) => open(id, &opened, connection).await?,
        SelfReadCampaignEvent::Reminded(reminded) => {
            let meters: Vec<&str> = reminded.meters.iter().map(AsRef::as_ref).collect();
            sqlx::query(
                "UPDATE read_self_read_campaigns_meter SET reminders = reminders + 1 \
                 WHERE campaign_id = $1 AND meter_no = ANY($2)",
            )
            .bind(id)
            .bind(meters)
            .execute(connection)
            .await?;
        }
        SelfReadCampaignEvent::Ended { ended_on } => {
            sqlx::query("UPDATE read_self_read_campaigns SET ended_on = $2 WHERE campaign_id = $1")
                .bind(id)
                .bind(ended_on)
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}

async fn open(
    id: &str,
    opened: &CampaignOpened,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query("INSERT INTO read_self_read_campaigns VALUES ($1, $2, $3, $4, $5, $6, NULL)")
        .bind(id)
        .bind(&opened.name)
        .bind(opened.campus.as_str())
        .bind(opened.from)
        .bind(opened.until)
        .bind(Json(&opened.remind_on))
        .execute(&mut *connection)
        .await?;
    let meters: Vec<MeterRow<'_>> = (0..)
        .zip(&opened.meters)
        .map(|(position, meter_no)| MeterRow {
            campaign_id: id,
            meter_no: meter_no.as_str(),
            position,
            reminders: 0,
        })
        .collect();
    let statement = "INSERT INTO read_self_read_campaigns_meter \
         SELECT n.campaign_id, n.meter_no, n.position, n.reminders, l.reading_id, l.read_on, \
             l.channel \
         FROM jsonb_populate_recordset(NULL::read_self_read_campaigns_meter, $1) n \
         JOIN read_self_read_campaigns c USING (campaign_id) \
         LEFT JOIN read_self_read_campaigns_last l \
             ON l.meter_no = n.meter_no AND l.read_on >= c.from_on";
    store(connection, statement, &meters).await?;
    Ok(())
}
