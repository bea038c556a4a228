use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::meter::MeterEvent;
use chaobiao_domain::units::{CampusId, MeterNo, ReadingId};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde::Serialize;
use sqlx::PgConnection;

use super::row::{COLUMNS, CheckRow, Standing};
use crate::rows::store;

/// Keeps `read_photo_checks`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PhotoChecksProjector;

#[async_trait]
impl Projector for PhotoChecksProjector {
    fn name(&self) -> &'static str {
        "photo_checks"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_photo_checks", "read_photo_checks_meter"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut decoded = Vec::new();
        let mut touched = BTreeSet::new();
        for recorded in events {
            let event: MeterEvent = recorded.decode()?;
            touched.extend(subject(&event).map(ToString::to_string));
            decoded.push((recorded, event));
        }
        let mut batch = Batch::load(touched, connection).await?;
        for (recorded, event) in decoded {
            batch.apply(recorded, event)?;
        }
        batch.store(connection).await
    }
}

/// The reading an event changes the standing of.
fn subject(event: &MeterEvent) -> Option<&ReadingId> {
    match event {
        MeterEvent::PhotoAnalysed(analysed) => Some(&analysed.reading_id),
        MeterEvent::PhotoReviewed(reviewed) => Some(&reviewed.reading_id),
        MeterEvent::ReadingHeld(held) => Some(&held.reading_id),
        MeterEvent::ReadingAccepted(accepted) if accepted.review.is_some() => {
            Some(&accepted.reading_id)
        }
        MeterEvent::ReadingRejected(rejected) => Some(&rejected.reading_id),
        MeterEvent::ReadingWithdrawn(withdrawn) => Some(&withdrawn.reading_id),
        MeterEvent::ReadingCorrected(corrected) => Some(&corrected.reading_id),
        _ => None,
    }
}

#[derive(Serialize)]
struct MeterRow {
    meter_no: MeterNo,
    campus: CampusId,
}

#[derive(Default)]
struct Batch {
    checks: BTreeMap<ReadingId, CheckRow>,
    meters: Vec<MeterRow>,
}

impl Batch {
    async fn load(
        touched: BTreeSet<String>,
        connection: &mut PgConnection,
    ) -> Result<Self, ProjectionError> {
        if touched.is_empty() {
            return Ok(Self::default());
        }
        let rows: Vec<CheckRow> = sqlx::query_as(&format!(
            "SELECT {COLUMNS} FROM read_photo_checks c WHERE c.reading_id = ANY($1)"
        ))
        .bind(touched.into_iter().collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
        Ok(Self {
            checks: rows
                .into_iter()
                .map(|row| (row.reading_id.clone(), row))
                .collect(),
            meters: Vec::new(),
        })
    }

    fn apply(
        &mut self,
        recorded: &RecordedEvent,
        event: MeterEvent,
    ) -> Result<(), ProjectionError> {
        let at = recorded.recorded_at;
        let mut of = |id: &ReadingId, change: &mut dyn FnMut(&mut CheckRow)| {
            if let Some(row) = self.checks.get_mut(id) {
                change(row);
            }
        };
        match event {
            MeterEvent::Registered(card) => self.meters.push(MeterRow {
                meter_no: card.meter_no,
                campus: card.campus,
            }),
            MeterEvent::PhotoAnalysed(analysed) => {
                let meter_no = MeterNo::try_new(&recorded.stream.aggregate_id)
                    .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
                let id = analysed.reading_id.clone();
                self.checks.insert(id, CheckRow::of(meter_no, analysed, at));
            }
            MeterEvent::PhotoReviewed(reviewed) => {
                let id = reviewed.reading_id.clone();
                of(&id, &mut |row| row.reviewed(reviewed.clone(), at));
            }
            MeterEvent::ReadingHeld(held) => {
                of(&held.reading_id, &mut |row| row.stands(Standing::Held));
            }
            MeterEvent::ReadingAccepted(accepted) => {
                if let Some(review) = &accepted.review {
                    let by = review.reviewed_by.to_string();
                    of(&accepted.reading_id, &mut |row| row.settled(by.clone(), at));
                }
            }
            MeterEvent::ReadingCorrected(corrected) => {
                let by = corrected.approved_by.to_string();
                of(&corrected.reading_id, &mut |row| {
                    row.settled(by.clone(), at);
                });
            }
            MeterEvent::ReadingRejected(rejected) => {
                of(&rejected.reading_id, &mut |row| row.stands(Standing::Gone));
            }
            MeterEvent::ReadingWithdrawn(withdrawn) => {
                of(&withdrawn.reading_id, &mut |row| row.stands(Standing::Gone));
            }
            MeterEvent::DeviceInstalled(_)
            | MeterEvent::DeviceRemoved(_)
            | MeterEvent::PhotoSubmitted(_)
            | MeterEvent::ReadingSubmitted(_)
            | MeterEvent::CorrectionRequested(_)
            | MeterEvent::FaultReported(_)
            | MeterEvent::ReadingReestimated(_)
            | MeterEvent::ReadingDelayed(_)
            | MeterEvent::Deactivated(_)
            | MeterEvent::Reactivated(_) => {}
        }
        Ok(())
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let statement = "INSERT INTO read_photo_checks_meter \
             SELECT * FROM jsonb_populate_recordset(NULL::read_photo_checks_meter, $1) \
             ON CONFLICT (meter_no) DO NOTHING";
        store(connection, statement, &self.meters).await?;
        let rows: Vec<CheckRow> = self.checks.into_values().collect();
        let statement = "INSERT INTO read_photo_checks \
             SELECT * FROM jsonb_populate_recordset(NULL::read_photo_checks, $1) \
             ON CONFLICT (reading_id) DO UPDATE SET standing = excluded.standing, \
             decision = excluded.decision, note = excluded.note, \
             reviewed_by = excluded.reviewed_by, reviewed_at = excluded.reviewed_at, \
             risk = excluded.risk";
        store(connection, statement, &rows).await?;
        Ok(())
    }
}
