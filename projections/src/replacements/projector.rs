use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::meter::{DeviceInstalled, MeterEvent, RemovalReason};
use chaobiao_domain::units::{
    CampusId, Commodity, HardwareNo, Index, MeterNo, Multiplier, PhotoHash,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, Row};

use super::Replacement;
use crate::rows::{field, store};

/// Of all that happens to meters, what this read model is about.
const TYPES: [&str; 3] = [
    "meter.registered",
    "meter.device_installed",
    "meter.device_removed",
];

/// Keeps `read_replacements`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReplacementsProjector;

/// What hangs on a metering point.
#[derive(Clone, Debug, Serialize)]
struct DeviceRow {
    meter_no: MeterNo,
    campus: CampusId,
    commodity: Commodity,
    hardware_no: Option<HardwareNo>,
    multiplier: Option<Multiplier>,
    removed: Option<Removed>,
}

/// A device that is down and waits for the one in its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Removed {
    hardware_no: HardwareNo,
    multiplier: Multiplier,
    closing_index: Index,
    reason: RemovalReason,
    at: DateTime<Utc>,
    photo: Option<PhotoHash>,
}

impl FromRow<'_, PgRow> for DeviceRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let removed: Option<Json<Removed>> = row.try_get("removed")?;
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            campus: field(row, "campus")?,
            commodity: field(row, "commodity")?,
            hardware_no: field(row, "hardware_no")?,
            multiplier: field(row, "multiplier")?,
            removed: removed.map(|Json(removed)| removed),
        })
    }
}

impl DeviceRow {
    /// Puts a device up; with one that came down before, that is a replacement.
    fn install(&mut self, device: DeviceInstalled, by: String) -> Option<Replacement> {
        let replaced = self.removed.take().map(|removed| Replacement {
            meter_no: self.meter_no.clone(),
            replaced_at: removed.at,
            campus: self.campus.clone(),
            commodity: self.commodity,
            reason: removed.reason,
            replaced_by: by,
            removed_hardware_no: removed.hardware_no,
            removed_multiplier: removed.multiplier,
            closing_index: removed.closing_index,
            installed_hardware_no: device.hardware_no.clone(),
            installed_multiplier: device.multiplier,
            opening_index: device.opening_index,
            closing_photo: removed.photo,
            opening_photo: device.photo.clone(),
        });
        self.hardware_no = Some(device.hardware_no);
        self.multiplier = Some(device.multiplier);
        replaced
    }
}

#[async_trait]
impl Projector for ReplacementsProjector {
    fn name(&self) -> &'static str {
        "replacements"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_replacements", "read_replacements_device"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let events: Vec<&RecordedEvent> = events
            .iter()
            .filter(|event| TYPES.contains(&event.event_type.as_str()))
            .collect();
        let mut devices = devices(&events, connection).await?;
        let mut replacements = Vec::new();
        for recorded in events {
            let number = &recorded.stream.aggregate_id;
            match (devices.get_mut(number), recorded.decode()?) {
                (_, MeterEvent::Registered(card)) => {
                    let row = DeviceRow {
                        meter_no: card.meter_no,
                        campus: card.campus,
                        commodity: card.commodity,
                        hardware_no: None,
                        multiplier: None,
                        removed: None,
                    };
                    devices.insert(number.clone(), row);
                }
                (Some(row), MeterEvent::DeviceInstalled(device)) => {
                    let by = recorded.metadata.actor.to_string();
                    replacements.extend(row.install(device, by));
                }
                (Some(row), MeterEvent::DeviceRemoved(removed)) => {
                    row.hardware_no = None;
                    row.removed = row.multiplier.take().map(|multiplier| Removed {
                        hardware_no: removed.hardware_no,
                        multiplier,
                        closing_index: removed.closing_index,
                        reason: removed.reason,
                        at: removed.removed_at,
                        photo: removed.photo,
                    });
                }
                (Some(_), _) => {}
                (None, _) => {
                    let message = format!("meter {number} was not registered");
                    return Err(ProjectionError::Invalid(message));
                }
            }
        }
        let devices: Vec<DeviceRow> = devices.into_values().collect();
        let statement = "INSERT INTO read_replacements_device \
             SELECT * FROM jsonb_populate_recordset(NULL::read_replacements_device, $1) \
             ON CONFLICT (meter_no) DO UPDATE SET hardware_no = excluded.hardware_no, \
             multiplier = excluded.multiplier, removed = excluded.removed";
        store(connection, statement, &devices).await?;
        let statement = "INSERT INTO read_replacements \
             SELECT * FROM jsonb_populate_recordset(NULL::read_replacements, $1)";
        store(connection, statement, &replacements).await?;
        Ok(())
    }
}

async fn devices(
    events: &[&RecordedEvent],
    connection: &mut PgConnection,
) -> Result<BTreeMap<String, DeviceRow>, ProjectionError> {
    let numbers: BTreeSet<&str> = events
        .iter()
        .map(|event| event.stream.aggregate_id.as_str())
        .collect();
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let known: Vec<DeviceRow> = sqlx::query_as(
        "SELECT meter_no, campus, commodity, hardware_no, multiplier::text, removed \
         FROM read_replacements_device WHERE meter_no = ANY($1)",
    )
    .bind(&numbers)
    .fetch_all(connection)
    .await?;
    Ok(known
        .into_iter()
        .map(|row| (row.meter_no.to_string(), row))
        .collect())
}
