use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::meter::{MeterEvent, ReadingAccepted, Reapportioned};
use chaobiao_domain::reading_export::{ReadingBatchCreated, ReadingExportEvent};
use chaobiao_domain::units::{CampusId, Index, MeterNo, Quantity, ReadingId};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

use super::row::{ExportRow, MeterRow, PayerRow, ReadingRowKind, ReadingState};
use crate::rows::store;

/// Keeps `read_reading_exports_row` and what it is made from.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadingExportsProjector;

#[async_trait]
impl Projector for ReadingExportsProjector {
    fn name(&self) -> &'static str {
        "reading_exports"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "account", "reading_export"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_reading_exports_row",
            "read_reading_exports_reading",
            "read_reading_exports_meter",
            "read_reading_exports_payer",
            "read_reading_exports_batch",
        ]
    }

    /// A batch closes over the rows before it, so it parts the events.
    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let closes = |event: &RecordedEvent| event.stream.aggregate_type == "reading_export";
        for stretch in events.split_inclusive(closes) {
            let (before, batch) = match stretch.split_last() {
                Some((last, before)) if closes(last) => (before, Some(last)),
                _ => (stretch, None),
            };
            project_readings(before, connection).await?;
            if let Some(batch) = batch {
                let ReadingExportEvent::BatchCreated(created) = batch.decode()?;
                close_batch(batch, &created, connection).await?;
            }
        }
        Ok(())
    }
}

async fn project_readings(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let mut batch = Batch::default();
    let mut decoded = Vec::with_capacity(events.len());
    for recorded in events {
        if recorded.stream.aggregate_type == "meter" {
            let event: MeterEvent = recorded.decode()?;
            batch.note_touched(&event);
            decoded.push((recorded, event));
        } else {
            project_payer(recorded, connection).await?;
        }
    }
    batch.load(connection).await?;
    for (recorded, event) in decoded {
        batch.apply(recorded, event)?;
    }
    batch.store(connection).await
}

/// The readings that events write or change.
#[derive(Default)]
struct Batch {
    readings: BTreeMap<ReadingId, ReadingState>,
    rows: Vec<ExportRow>,
    meters: Vec<MeterRow>,
    touched: BTreeSet<String>,
    withdrawn: Vec<String>,
}

impl Batch {
    /// Readings of earlier batches of events that this one changes.
    fn note_touched(&mut self, event: &MeterEvent) {
        let (own, next) = match event {
            MeterEvent::ReadingAccepted(accepted) => (None, accepted.reapportioned.as_ref()),
            MeterEvent::ReadingReestimated(made) => {
                (Some(&made.reading_id), made.reapportioned.as_ref())
            }
            MeterEvent::ReadingCorrected(corrected) => (
                Some(&corrected.reading_id),
                corrected.reapportioned.as_ref(),
            ),
            MeterEvent::ReadingWithdrawn(withdrawn) => (
                Some(&withdrawn.reading_id),
                withdrawn
                    .counted
                    .as_ref()
                    .and_then(|counted| counted.reapportioned.as_ref()),
            ),
            _ => (None, None),
        };
        let next = next.map(|next| &next.reading_id);
        self.touched
            .extend(own.into_iter().chain(next).map(ToString::to_string));
    }

    async fn load(&mut self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        if self.touched.is_empty() {
            return Ok(());
        }
        let touched: Vec<String> = self.touched.iter().cloned().collect();
        let readings: Vec<ReadingState> = sqlx::query_as(
            "SELECT reading_id, meter_no, read_on, previous_index::text, index::text, \
             usage::text, quality FROM read_reading_exports_reading WHERE reading_id = ANY($1)",
        )
        .bind(touched)
        .fetch_all(connection)
        .await?;
        let by_id = readings.into_iter();
        self.readings
            .extend(by_id.map(|reading| (reading.reading_id.clone(), reading)));
        Ok(())
    }

    fn apply(
        &mut self,
        recorded: &RecordedEvent,
        event: MeterEvent,
    ) -> Result<(), ProjectionError> {
        let mut said = Said {
            leaf_index: recorded.leaf_index,
            line: 0,
        };
        match event {
            MeterEvent::Registered(card) => self.meters.push(MeterRow {
                meter_no: card.meter_no,
                commodity: card.commodity.as_str(),
                campus: card.campus.to_string(),
            }),
            MeterEvent::ReadingAccepted(accepted) => {
                self.accept(&recorded.stream.aggregate_id, accepted, &mut said)?;
            }
            MeterEvent::ReadingReestimated(made) => {
                let indices = (made.old_index, made.new_index);
                self.change(&made.reading_id, indices, made.usage, &mut said)?;
                self.reapportion(made.reapportioned.as_ref(), indices, &mut said)?;
            }
            MeterEvent::ReadingCorrected(corrected) => {
                let indices = (corrected.old_index, corrected.new_index);
                self.change(&corrected.reading_id, indices, corrected.usage, &mut said)?;
                self.reapportion(corrected.reapportioned.as_ref(), indices, &mut said)?;
            }
            MeterEvent::ReadingWithdrawn(withdrawn) => {
                let Some(counted) = withdrawn.counted else {
                    return Ok(());
                };
                let Some(mut reading) = self.readings.remove(&withdrawn.reading_id) else {
                    return Err(unknown(&withdrawn.reading_id));
                };
                reading.usage = Quantity::ZERO;
                self.rows
                    .push(said.row(&reading, ReadingRowKind::Withdrawn));
                self.withdrawn.push(withdrawn.reading_id.to_string());
                let indices = (reading.index, counted.previous_index);
                self.reapportion(counted.reapportioned.as_ref(), indices, &mut said)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn accept(
        &mut self,
        meter_no: &str,
        accepted: ReadingAccepted,
        said: &mut Said,
    ) -> Result<(), ProjectionError> {
        let meter_no = MeterNo::try_new(meter_no)
            .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
        let reading = ReadingState {
            reading_id: accepted.reading_id,
            meter_no,
            read_on: accepted.read_on,
            previous_index: accepted.previous_index,
            index: accepted.index,
            usage: accepted.usage,
            quality: accepted.quality,
        };
        self.rows.push(said.row(&reading, ReadingRowKind::Read));
        let between = (accepted.previous_index, accepted.index);
        self.readings.insert(reading.reading_id.clone(), reading);
        self.reapportion(accepted.reapportioned.as_ref(), between, said)
    }

    fn change(
        &mut self,
        reading_id: &ReadingId,
        (_, index): (Index, Index),
        usage: Quantity,
        said: &mut Said,
    ) -> Result<(), ProjectionError> {
        let reading = self.readings.get_mut(reading_id);
        let reading = reading.ok_or_else(|| unknown(reading_id))?;
        (reading.index, reading.usage) = (index, usage);
        self.rows.push(said.row(reading, ReadingRowKind::Changed));
        Ok(())
    }

    /// The reading after one that came, changed or went; it counted from the first of the indices,
    /// unless another device was fitted between.
    fn reapportion(
        &mut self,
        next: Option<&Reapportioned>,
        (before, now): (Index, Index),
        said: &mut Said,
    ) -> Result<(), ProjectionError> {
        let Some(next) = next else {
            return Ok(());
        };
        let reading = self.readings.get_mut(&next.reading_id);
        let reading = reading.ok_or_else(|| unknown(&next.reading_id))?;
        reading.usage = next.usage;
        if reading.previous_index == before {
            reading.previous_index = now;
        }
        self.rows.push(said.row(reading, ReadingRowKind::Changed));
        Ok(())
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let statement = "INSERT INTO read_reading_exports_meter \
             SELECT * FROM jsonb_populate_recordset(NULL::read_reading_exports_meter, $1) \
             ON CONFLICT (meter_no) DO NOTHING";
        store(connection, statement, &self.meters).await?;
        let readings: Vec<ReadingState> = self.readings.into_values().collect();
        let statement = "INSERT INTO read_reading_exports_reading \
             SELECT * FROM jsonb_populate_recordset(NULL::read_reading_exports_reading, $1) \
             ON CONFLICT (reading_id) DO UPDATE SET previous_index = excluded.previous_index, \
             index = excluded.index, usage = excluded.usage";
        store(connection, statement, &readings).await?;
        let statement = "INSERT INTO read_reading_exports_row \
             SELECT * FROM jsonb_populate_recordset(NULL::read_reading_exports_row, $1)";
        store(connection, statement, &self.rows).await?;
        if !self.withdrawn.is_empty() {
            sqlx::query("DELETE FROM read_reading_exports_reading WHERE reading_id = ANY($1)")
                .bind(self.withdrawn)
                .execute(connection)
                .await?;
        }
        Ok(())
    }
}

/// Numbers the rows of an event.
struct Said {
    leaf_index: i64,
    line: usize,
}

impl Said {
    fn row(&mut self, reading: &ReadingState, kind: ReadingRowKind) -> ExportRow {
        self.line += 1;
        ExportRow::new((self.leaf_index, self.line), reading, kind)
    }
}

fn unknown(reading_id: &ReadingId) -> ProjectionError {
    ProjectionError::Invalid(format!("reading {reading_id} is unknown"))
}

/// Accounts take meters over once in a while; no need to gather these.
async fn project_payer(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let account_no = &recorded.stream.aggregate_id;
    match recorded.decode()? {
        AccountEvent::MeterAssigned(assigned) => {
            let row = PayerRow {
                account_no: account_no.clone(),
                meter_no: assigned.meter_no,
                from_on: assigned.from,
                to_on: None,
            };
            let statement = "INSERT INTO read_reading_exports_payer \
                 SELECT * FROM jsonb_populate_recordset(NULL::read_reading_exports_payer, $1) \
                 ON CONFLICT (account_no, meter_no, from_on) DO UPDATE SET to_on = NULL";
            store(connection, statement, &[row]).await?;
        }
        AccountEvent::MeterReleased(released) => {
            sqlx::query(
                "UPDATE read_reading_exports_payer SET to_on = $3 \
                 WHERE account_no = $1 AND meter_no = $2 AND to_on IS NULL",
            )
            .bind(account_no)
            .bind(released.meter_no.as_str())
            .bind(released.on)
            .execute(connection)
            .await?;
        }
        _ => {}
    }
    Ok(())
}

async fn close_batch(
    event: &RecordedEvent,
    created: &ReadingBatchCreated,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let number = i32::try_from(created.batch_id.number())
        .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
    let campus = created.campus.as_ref().map(CampusId::as_str);
    sqlx::query("INSERT INTO read_reading_exports_batch VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(number)
        .bind(created.month.to_string())
        .bind(campus)
        .bind(created.through_leaf)
        .bind(i64::from(created.row_count))
        .bind(event.recorded_at)
        .bind(event.metadata.actor.to_string())
        .execute(&mut *connection)
        .await?;
    let taken = sqlx::query(
        "UPDATE read_reading_exports_row r SET batch = $1, account_no = ( \
             SELECT p.account_no FROM read_reading_exports_payer p \
             WHERE p.meter_no = r.meter_no AND p.from_on <= r.read_on \
               AND (p.to_on IS NULL OR p.to_on >= r.read_on) \
             ORDER BY p.from_on DESC, p.account_no LIMIT 1) \
         FROM read_reading_exports_meter m \
         WHERE m.meter_no = r.meter_no AND ($4::text IS NULL OR m.campus = $4) \
           AND r.batch IS NULL AND r.leaf_index <= $2 AND r.read_month = $3",
    )
    .bind(number)
    .bind(created.through_leaf)
    .bind(created.month.to_string())
    .bind(campus)
    .execute(connection)
    .await?;
    if taken.rows_affected() == u64::from(created.row_count) {
        Ok(())
    } else {
        Err(ProjectionError::Invalid(format!(
            "batch {} counted {} rows but closes over {}",
            created.batch_id,
            created.row_count,
            taken.rows_affected()
        )))
    }
}
