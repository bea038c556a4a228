use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::meter::{
    DeviceInstalled, Inactivity, MeterEvent, MeterRegistered, ReadingAccepted, ReadingCorrected,
    ReadingWithdrawn,
};
use chaobiao_domain::units::{
    BookNo, CampusId, Commodity, HardwareNo, Index, MeterNo, Multiplier, Quantity, ReadingId,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use super::place::place_keys;
use crate::rows::{field, store};

/// Keeps `read_meter_card`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeterCardProjector;

#[derive(Clone, Debug, Serialize)]
pub(super) struct CardRow {
    pub(super) meter_no: MeterNo,
    pub(super) commodity: Commodity,
    pub(super) campus: CampusId,
    pub(super) building: String,
    pub(super) room: String,
    pub(super) book: BookNo,
    pub(super) walk_order: i64,
    pub(super) self_read: bool,
    pub(super) hardware_no: Option<HardwareNo>,
    pub(super) digits: Option<i16>,
    pub(super) decimals: Option<i16>,
    pub(super) multiplier: Option<Multiplier>,
    pub(super) max_per_hour: Option<Quantity>,
    pub(super) opening_index: Option<Index>,
    pub(super) installed_at: Option<DateTime<Utc>>,
    pub(super) last_reading_id: Option<ReadingId>,
    pub(super) last_index: Option<Index>,
    pub(super) last_read_at: Option<DateTime<Utc>>,
    pub(super) cumulative: Quantity,
    pub(super) inactivity: Option<Inactivity>,
    pub(super) inactive_since: Option<DateTime<Utc>>,
}

pub(super) const COLUMNS: &str = "c.meter_no, c.commodity, c.campus, c.building, c.room, c.book, \
     c.walk_order, c.self_read, c.hardware_no, c.digits, c.decimals, c.multiplier::text, \
     c.max_per_hour::text, c.opening_index::text, c.installed_at, c.last_reading_id, \
     c.last_index::text, c.last_read_at, c.cumulative::text, \
     c.inactivity, c.inactive_since";

impl FromRow<'_, PgRow> for CardRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            commodity: field(row, "commodity")?,
            campus: field(row, "campus")?,
            building: row.try_get("building")?,
            room: row.try_get("room")?,
            book: field(row, "book")?,
            walk_order: row.try_get("walk_order")?,
            self_read: row.try_get("self_read")?,
            hardware_no: field(row, "hardware_no")?,
            digits: row.try_get("digits")?,
            decimals: row.try_get("decimals")?,
            multiplier: field(row, "multiplier")?,
            max_per_hour: field(row, "max_per_hour")?,
            opening_index: field(row, "opening_index")?,
            installed_at: row.try_get("installed_at")?,
            last_reading_id: field(row, "last_reading_id")?,
            last_index: field(row, "last_index")?,
            last_read_at: row.try_get("last_read_at")?,
            cumulative: field(row, "cumulative")?,
            inactivity: field(row, "inactivity")?,
            inactive_since: row.try_get("inactive_since")?,
        })
    }
}

impl CardRow {
    fn new(card: MeterRegistered) -> Self {
        Self {
            meter_no: card.meter_no,
            commodity: card.commodity,
            campus: card.campus,
            building: card.building,
            room: card.room,
            book: card.book,
            walk_order: i64::from(card.walk_order),
            self_read: card.self_read,
            hardware_no: None,
            digits: None,
            decimals: None,
            multiplier: None,
            max_per_hour: None,
            opening_index: None,
            installed_at: None,
            last_reading_id: None,
            last_index: None,
            last_read_at: None,
            cumulative: Quantity::ZERO,
            inactivity: None,
            inactive_since: None,
        }
    }

    fn install(&mut self, device: DeviceInstalled) {
        self.hardware_no = Some(device.hardware_no);
        self.digits = device.digits.map(i16::from);
        self.decimals = Some(i16::from(device.decimals));
        self.multiplier = Some(device.multiplier);
        self.max_per_hour = device.max_per_hour;
        self.opening_index = Some(device.opening_index);
        self.installed_at = Some(device.installed_at);
    }

    fn remove(&mut self) {
        self.hardware_no = None;
        self.digits = None;
        self.decimals = None;
        self.multiplier = None;
        self.max_per_hour = None;
        self.opening_index = None;
        self.installed_at = None;
    }

    /// A reading accepted late takes its place in the past, not on the card.
    fn read(&mut self, reading: ReadingAccepted) {
        if self.last_read_at.is_none_or(|last| last < reading.read_at) {
            self.last_reading_id = Some(reading.reading_id);
            self.last_index = Some(reading.index);
            self.last_read_at = Some(reading.read_at);
            self.cumulative = reading.cumulative;
        }
    }

    fn correct(&mut self, corrected: ReadingCorrected) -> Result<(), ProjectionError> {
        if self.last_reading_id == Some(corrected.reading_id) {
            self.last_index = Some(corrected.new_index);
            self.cumulative = corrected.cumulative;
        } else {
            self.cumulative = self
                .cumulative
                .checked_add(corrected.later_shift)
                .ok_or_else(|| ProjectionError::Invalid("cumulative usage overflows".to_owned()))?;
        }
        Ok(())
    }

    /// What is last known now is what was known before it.
    fn withdraw(&mut self, withdrawn: ReadingWithdrawn) {
        let Some(counted) = withdrawn.counted else {
            return;
        };
        if self.last_reading_id == Some(withdrawn.reading_id) {
            let before = counted.previous_reading.is_some();
            self.last_index = before.then_some(counted.previous_index);
            self.last_read_at = before.then_some(counted.previous_at);
            self.last_reading_id = counted.previous_reading;
            self.cumulative = counted.previous_cumulative;
        }
    }

    fn apply(&mut self, event: MeterEvent) -> Result<(), ProjectionError> {
        match event {
            MeterEvent::DeviceInstalled(device) => self.install(device),
            MeterEvent::DeviceRemoved(_) => self.remove(),
            MeterEvent::ReadingAccepted(reading) => self.read(reading),
            MeterEvent::ReadingCorrected(corrected) => self.correct(corrected)?,
            MeterEvent::ReadingReestimated(made) => {
                if self.last_reading_id == Some(made.reading_id) {
                    self.last_index = Some(made.new_index);
                    self.cumulative = made.cumulative;
                }
            }
            MeterEvent::ReadingWithdrawn(withdrawn) => self.withdraw(withdrawn),
            MeterEvent::Deactivated(fact) => {
                self.inactivity = Some(fact.inactivity);
                self.inactive_since = Some(fact.since);
            }
            MeterEvent::Reactivated(_) => {
                self.inactivity = None;
                self.inactive_since = None;
            }
            MeterEvent::Registered(_)
            | MeterEvent::PhotoSubmitted(_)
            | MeterEvent::ReadingSubmitted(_)
            | MeterEvent::ReadingHeld(_)
            | MeterEvent::ReadingRejected(_)
            | MeterEvent::CorrectionRequested(_)
            | MeterEvent::ReadingDelayed(_)
            | MeterEvent::FaultReported(_)
            | MeterEvent::PhotoAnalysed(_)
            | MeterEvent::PhotoReviewed(_) => {}
        }
        Ok(())
    }
}

/// By what a meter's place is found.
#[derive(Clone, Debug, Serialize)]
struct PlaceRow {
    meter_no: MeterNo,
    key: String,
}

#[derive(Clone, Debug, Serialize)]
struct PayerRow {
    meter_no: MeterNo,
    account_no: String,
    since_on: NaiveDate,
}

#[async_trait]
impl Projector for MeterCardProjector {
    fn name(&self) -> &'static str {
        "meter_card"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "account"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_meter_card",
            "read_meter_card_account",
            "read_meter_card_place",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let (meters, accounts): (Vec<_>, Vec<_>) = events
            .iter()
            .partition(|event| event.stream.aggregate_type == "meter");
        project_cards(&meters, connection).await?;
        project_payers(&accounts, connection).await
    }
}

async fn project_cards(
    events: &[&RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let numbers: BTreeSet<&str> = events
        .iter()
        .map(|event| event.stream.aggregate_id.as_str())
        .collect();
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let known: Vec<CardRow> = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_meter_card c WHERE c.meter_no = ANY($1)"
    ))
    .bind(&numbers)
    .fetch_all(&mut *connection)
    .await?;
    let mut cards: BTreeMap<String, CardRow> = known
        .into_iter()
        .map(|card| (card.meter_no.to_string(), card))
        .collect();
    let mut places = Vec::new();
    for recorded in events {
        let number = &recorded.stream.aggregate_id;
        match (cards.get_mut(number), recorded.decode()?) {
            (None, MeterEvent::Registered(card)) => {
                let keys: BTreeSet<String> =
                    place_keys(&card.building, &card.room).into_iter().collect();
                places.extend(keys.into_iter().map(|key| PlaceRow {
                    meter_no: card.meter_no.clone(),
                    key,
                }));
                cards.insert(number.clone(), CardRow::new(card));
            }
            (Some(card), event) => card.apply(event)?,
            (None, _) => {
                return Err(ProjectionError::Invalid(format!(
                    "meter {number} has no card"
                )));
            }
        }
    }
    let rows: Vec<CardRow> = cards.into_values().collect();
    let statement = "INSERT INTO read_meter_card \
         SELECT * FROM jsonb_populate_recordset(NULL::read_meter_card, $1) \
         ON CONFLICT (meter_no) DO UPDATE SET \
         hardware_no = excluded.hardware_no, digits = excluded.digits, \
         decimals = excluded.decimals, multiplier = excluded.multiplier, \
         max_per_hour = excluded.max_per_hour, opening_index = excluded.opening_index, \
         installed_at = excluded.installed_at, last_reading_id = excluded.last_reading_id, \
         last_index = excluded.last_index, last_read_at = excluded.last_read_at, \
         cumulative = excluded.cumulative, inactivity = excluded.inactivity, \
         inactive_since = excluded.inactive_since";
    store(connection, statement, &rows).await?;
    let statement = "INSERT INTO read_meter_card_place \
         SELECT * FROM jsonb_populate_recordset(NULL::read_meter_card_place, $1)";
    store(connection, statement, &places).await?;
    Ok(())
}

async fn project_payers(
    events: &[&RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    // A meter has one payer at a time, so the last word on it stands.
    let mut payers: BTreeMap<String, Option<PayerRow>> = BTreeMap::new();
    for recorded in events {
        match recorded.decode()? {
            AccountEvent::MeterAssigned(assigned) => {
                let row = PayerRow {
                    meter_no: assigned.meter_no,
                    account_no: recorded.stream.aggregate_id.clone(),
                    since_on: assigned.from,
                };
                payers.insert(row.meter_no.to_string(), Some(row));
            }
            AccountEvent::MeterReleased(released) => {
                payers.insert(released.meter_no.to_string(), None);
            }
            _ => {}
        }
    }
    let (paid, free): (Vec<_>, Vec<_>) = payers.into_iter().partition(|(_, row)| row.is_some());
    let free: Vec<String> = free.into_iter().map(|(meter_no, _)| meter_no).collect();
    sqlx::query("DELETE FROM read_meter_card_account WHERE meter_no = ANY($1)")
        .bind(&free)
        .execute(&mut *connection)
        .await?;
    let rows: Vec<PayerRow> = paid.into_iter().filter_map(|(_, row)| row).collect();
    let statement = "INSERT INTO read_meter_card_account \
         SELECT * FROM jsonb_populate_recordset(NULL::read_meter_card_account, $1) \
         ON CONFLICT (meter_no) DO UPDATE SET \
         account_no = excluded.account_no, since_on = excluded.since_on";
    store(connection, statement, &rows).await?;
    Ok(())
}
