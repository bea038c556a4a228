use std::collections::BTreeMap;

use async_trait::async_trait;
use chaobiao_domain::meter::MeterEvent;
use chaobiao_domain::meter_mapping::{MeterMappingEvent, NumberKind};
use chaobiao_domain::units::MeterNo;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use sqlx::PgConnection;

use super::{MappingKind, MappingRow};
use crate::rows::store;

/// Of all that happens to meters, what this read model is about.
const DEVICES: [&str; 2] = ["meter.device_installed", "meter.device_removed"];

/// Keeps `read_meter_mappings`.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeterMappingsProjector;

type Key = (MappingKind, String, String);

/// What a batch begins and ends.
#[derive(Default)]
struct Batch {
    /// The last mapping of each number and meter that began in this batch.
    begun: BTreeMap<Key, MappingRow>,
    /// Those that began and ended in it.
    ended: Vec<MappingRow>,
    /// Those that had begun before.
    ends: Vec<(Key, NaiveDate, Option<String>)>,
}

impl Batch {
    fn begin(&mut self, row: MappingRow) {
        let key = (row.kind, row.number.clone(), row.meter_no.to_string());
        self.begun.insert(key, row);
    }

    fn end(&mut self, key: Key, on: NaiveDate, reason: Option<String>) {
        match self.begun.remove(&key) {
            Some(row) => self.ended.push(MappingRow {
                to: Some(on),
                reason,
                ..row
            }),
            None => self.ends.push((key, on, reason)),
        }
    }

    fn device(&mut self, recorded: &RecordedEvent) -> Result<(), ProjectionError> {
        let meter_no = &recorded.stream.aggregate_id;
        match recorded.decode()? {
            MeterEvent::DeviceInstalled(device) => self.begin(MappingRow {
                kind: MappingKind::Hardware,
                number: device.hardware_no.to_string(),
                meter_no: number(meter_no)?,
                sequence: recorded.sequence,
                from: device.installed_on,
                to: None,
                linked_by: recorded.metadata.actor.to_string(),
                reason: None,
            }),
            MeterEvent::DeviceRemoved(device) => {
                let hardware_no = device.hardware_no.to_string();
                let key = (MappingKind::Hardware, hardware_no, meter_no.clone());
                self.end(key, device.removed_on, None);
            }
            _ => {}
        }
        Ok(())
    }

    fn mapping(&mut self, recorded: &RecordedEvent) -> Result<(), ProjectionError> {
        match recorded.decode()? {
            MeterMappingEvent::Linked(linked) => self.begin(MappingRow {
                kind: linked.kind.into(),
                number: linked.number.into(),
                meter_no: linked.meter_no,
                sequence: recorded.sequence,
                from: linked.from,
                to: None,
                linked_by: recorded.metadata.actor.to_string(),
                reason: None,
            }),
            MeterMappingEvent::Unlinked(unlinked) => {
                let number = unlinked.number.to_string();
                let key = (unlinked.kind.into(), number, unlinked.meter_no.to_string());
                self.end(key, unlinked.to, Some(unlinked.reason));
            }
        }
        Ok(())
    }
}

fn number(text: &str) -> Result<MeterNo, ProjectionError> {
    MeterNo::try_new(text).map_err(|error| ProjectionError::Invalid(error.to_string()))
}

impl From<NumberKind> for MappingKind {
    fn from(kind: NumberKind) -> Self {
        match kind {
            NumberKind::Handheld => Self::Handheld,
            NumberKind::Platform => Self::Platform,
        }
    }
}

#[async_trait]
impl Projector for MeterMappingsProjector {
    fn name(&self) -> &'static str {
        "meter_mappings"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "meter_mapping"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_meter_mappings"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut batch = Batch::default();
        for recorded in events {
            if recorded.stream.aggregate_type == "meter_mapping" {
                batch.mapping(recorded)?;
            } else if DEVICES.contains(&recorded.event_type.as_str()) {
                batch.device(recorded)?;
            }
        }
        for ((kind, number, meter_no), on, reason) in batch.ends {
            sqlx::query(
                "UPDATE read_meter_mappings SET to_on = $4, reason = $5 \
                 WHERE kind = $1 AND number = $2 AND meter_no = $3 AND to_on IS NULL",
            )
            .bind(kind.as_str())
            .bind(number)
            .bind(meter_no)
            .bind(on)
            .bind(reason)
            .execute(&mut *connection)
            .await?;
        }
        let mut rows = batch.ended;
        rows.extend(batch.begun.into_values());
        let statement = "INSERT INTO read_meter_mappings \
             SELECT * FROM jsonb_populate_recordset(NULL::read_meter_mappings, $1)";
        store(connection, statement, &rows).await?;
        Ok(())
    }
}
