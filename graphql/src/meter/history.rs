//! A meter's history as it was known, from events alone.

use async_graphql::{Context, Object, Result, SimpleObject};
use chaobiao_decision::StreamId;
use chaobiao_domain::Aggregate;
use chaobiao_domain::meter::{AcceptedReading, Meter};
use chaobiao_domain::staff::Permission;
use chaobiao_eventstore::{Horizon, RecordedEvent, replay};
use chaobiao_projections::meter_card::MeterCard;
use chaobiao_projections::paging::Page;
use chrono::{DateTime, NaiveDate, Utc};

use super::access::visible_from;
use crate::reading::ReadingQuality;
use crate::support::{
    Connection, Date, Decimal, LogPosition, Services, connection, internal, may, page, page_size,
};

/// A meter's readings up to a day, as they were known at a place in the log.
#[derive(Clone, Debug)]
pub(super) struct MeterHistory {
    meter_no: String,
    horizon: Horizon,
    valid_on: Option<NaiveDate>,
    readings: Vec<AcceptedReading>,
    events: Vec<RecordedEvent>,
}

/// A reading that counted.
#[derive(Clone, Debug, SimpleObject)]
struct HistoricReading {
    reading_id: String,
    index: Decimal,
    read_at: DateTime<Utc>,
    /// The day in Shanghai.
    read_on: Date,
    /// Since the accepted reading before it.
    usage: Decimal,
    /// Since the metering point's first device.
    cumulative: Decimal,
    quality: ReadingQuality,
}

impl From<AcceptedReading> for HistoricReading {
    fn from(reading: AcceptedReading) -> Self {
        Self {
            reading_id: reading.reading_id.to_string(),
            index: reading.index.into(),
            read_at: reading.read_at,
            read_on: reading.read_on.into(),
            usage: reading.usage.into(),
            cumulative: reading.cumulative.into(),
            quality: reading.quality.into(),
        }
    }
}

/// Something that happened to the meter, and who did it.
#[derive(Clone, Debug, SimpleObject)]
struct HistoricEvent {
    event_id: String,
    /// Its place in the log.
    leaf_index: LogPosition,
    sequence: i64,
    event_type: String,
    /// The form it is read in, whatever form it was written in.
    event_version: String,
    recorded_at: DateTime<Utc>,
    known_at: DateTime<Utc>,
    actor: String,
}

impl From<RecordedEvent> for HistoricEvent {
    fn from(event: RecordedEvent) -> Self {
        Self {
            event_id: event.event_id.to_string(),
            leaf_index: LogPosition(event.leaf_index),
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: event.recorded_at,
            known_at: event.known_at,
            actor: event.metadata.actor.to_string(),
        }
    }
}

/// `None` when nothing was known of the meter.
pub(super) async fn as_known(
    ctx: &Context<'_>,
    card: &MeterCard,
    (horizon, valid_on): (Horizon, Option<NaiveDate>),
) -> Result<Option<MeterHistory>> {
    let store = Services::of(ctx)?.store();
    let stream = StreamId::new(Meter::TYPE, card.meter_no.as_str());
    let events = store.history_to(&stream, horizon).await;
    let events = events.map_err(|error| internal(ctx, error))?;
    if events.is_empty() {
        return Ok(None);
    }
    let meter: Meter = replay(&events).map_err(|error| internal(ctx, error))?;
    let from = visible_from(ctx, card)?;
    let readings = meter.accepted_on(valid_on).iter();
    let readings = readings.filter(|reading| from.is_none_or(|from| from <= reading.read_at));
    Ok(Some(MeterHistory {
        meter_no: card.meter_no.to_string(),
        horizon,
        valid_on,
        readings: readings.cloned().collect(),
        events,
    }))
}

#[Object]
impl MeterHistory {
    async fn meter_no(&self) -> &str {
        &self.meter_no
    }

    /// How many entries of the log it is made from; asked for again as `asOf.position` it gives
    /// the same answer for ever.
    async fn position(&self) -> LogPosition {
        LogPosition(self.horizon.position)
    }

    /// When the last of them became known.
    async fn known_at(&self) -> Option<DateTime<Utc>> {
        self.horizon.known_at
    }

    /// The last day it tells of; null for all that is known.
    async fn valid_on(&self) -> Option<Date> {
        self.valid_on.map(Date)
    }

    /// Readings that counted, the newest first.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn readings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<HistoricReading>> {
        let page: Page<usize> = page(ctx, "historic_readings", first, after.as_deref())?;
        let slice = page.newest_first(&self.readings);
        connection(ctx, "historic_readings", slice, HistoricReading::from)
    }

    /// What happened to the meter, the newest first; whatever the day, up to what was known.
    #[graphql(
        guard = "may(Permission::ViewAudit)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<HistoricEvent>> {
        let page: Page<usize> = page(ctx, "historic_events", first, after.as_deref())?;
        let slice = page.newest_first(&self.events);
        connection(ctx, "historic_events", slice, HistoricEvent::from)
    }
}
