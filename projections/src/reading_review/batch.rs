//! The rows that a batch of events writes or changes.

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::Actor;
use chaobiao_domain::meter::{
    CorrectionRequested, Finding, MeterEvent, Quality, ReadingAccepted, ReadingCorrected,
    ReadingHeld, ReadingReestimated, ReadingRejected, ReadingSubmitted, ReadingWithdrawn,
    Reapportioned,
};
use chaobiao_domain::units::{CampusId, CorrectionId, MeterNo, ReadingId};
use chaobiao_eventstore::{ProjectionError, RecordedEvent};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::delay::{self, DelayRow};
use super::row::{
    COLUMNS, CORRECTION_COLUMNS, CorrectionRow, CorrectionState, ReadingRow, ReadingState,
};
use crate::rows::store;

#[derive(Default)]
pub(super) struct Batch {
    readings: BTreeMap<ReadingId, ReadingRow>,
    corrections: BTreeMap<CorrectionId, CorrectionRow>,
    meters: Vec<MeterRow>,
    delays: Vec<DelayRow>,
    /// When meters were read, for what had been put off.
    read: Vec<(String, DateTime<Utc>)>,
    touched: BTreeSet<String>,
    /// Meters of which every later total moves.
    shifted: BTreeSet<String>,
}

#[derive(Serialize)]
struct MeterRow {
    meter_no: MeterNo,
    campus: CampusId,
}

fn invalid(what: impl Into<String>) -> ProjectionError {
    ProjectionError::Invalid(what.into())
}

impl Batch {
    /// Which readings of earlier batches an event is about.
    pub(super) fn note_touched(&mut self, meter_no: &str, event: &MeterEvent) {
        let mut touch = |id: &ReadingId| self.touched.insert(id.to_string());
        match event {
            MeterEvent::ReadingAccepted(accepted) => {
                touch(&accepted.reading_id);
                accepted.reapportioned.iter().for_each(|next| {
                    touch(&next.reading_id);
                });
            }
            MeterEvent::ReadingReestimated(made) => {
                touch(&made.reading_id);
                made.reapportioned.iter().for_each(|next| {
                    touch(&next.reading_id);
                });
            }
            MeterEvent::ReadingHeld(held) => {
                touch(&held.reading_id);
            }
            MeterEvent::ReadingRejected(rejected) => {
                touch(&rejected.reading_id);
            }
            MeterEvent::ReadingWithdrawn(withdrawn) => {
                touch(&withdrawn.reading_id);
                let counted = withdrawn.counted.iter();
                for next in counted.flat_map(|counted| &counted.reapportioned) {
                    touch(&next.reading_id);
                }
            }
            MeterEvent::CorrectionRequested(requested) => {
                touch(&requested.reading_id);
            }
            MeterEvent::ReadingCorrected(corrected) => {
                touch(&corrected.reading_id);
                corrected.reapportioned.iter().for_each(|next| {
                    touch(&next.reading_id);
                });
                if !corrected.later_shift.is_zero() {
                    self.shifted.insert(meter_no.to_owned());
                }
            }
            MeterEvent::Registered(_)
            | MeterEvent::DeviceInstalled(_)
            | MeterEvent::DeviceRemoved(_)
            | MeterEvent::PhotoSubmitted(_)
            | MeterEvent::ReadingSubmitted(_)
            | MeterEvent::ReadingDelayed(_)
            | MeterEvent::FaultReported(_)
            | MeterEvent::PhotoAnalysed(_)
            | MeterEvent::PhotoReviewed(_)
            | MeterEvent::Deactivated(_)
            | MeterEvent::Reactivated(_) => {}
        }
    }

    pub(super) async fn load(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let touched: Vec<String> = self.touched.iter().cloned().collect();
        let readings: Vec<ReadingRow> = sqlx::query_as(&format!(
            "SELECT {COLUMNS} FROM read_reading_review r \
             WHERE r.reading_id = ANY($1) OR r.meter_no = ANY($2)"
        ))
        .bind(&touched)
        .bind(self.shifted.iter().cloned().collect::<Vec<_>>())
        .fetch_all(&mut *connection)
        .await?;
        self.readings.extend(
            readings
                .into_iter()
                .map(|row| (row.reading_id.clone(), row)),
        );
        let corrections: Vec<CorrectionRow> = sqlx::query_as(&format!(
            "SELECT {CORRECTION_COLUMNS} FROM read_reading_review_correction k \
             WHERE k.reading_id = ANY($1) AND k.status = 'pending'"
        ))
        .bind(&touched)
        .fetch_all(connection)
        .await?;
        self.corrections.extend(
            corrections
                .into_iter()
                .map(|row| (row.correction_id.clone(), row)),
        );
        Ok(())
    }

    pub(super) fn apply(
        &mut self,
        recorded: &RecordedEvent,
        event: MeterEvent,
    ) -> Result<(), ProjectionError> {
        let at = recorded.recorded_at;
        let meter_no = recorded.stream.aggregate_id.as_str();
        match event {
            MeterEvent::Registered(card) => {
                self.meters.push(MeterRow {
                    meter_no: card.meter_no,
                    campus: card.campus,
                });
            }
            MeterEvent::ReadingSubmitted(submitted) => self.submit(meter_no, submitted, at)?,
            MeterEvent::ReadingAccepted(accepted) => {
                self.read.push((meter_no.to_owned(), accepted.read_at));
                self.accept(accepted, recorded)?;
            }
            MeterEvent::ReadingReestimated(made) => self.reestimate(made)?,
            MeterEvent::ReadingDelayed(delayed) => {
                self.delays.push(DelayRow::new(meter_no, delayed, at)?);
            }
            MeterEvent::ReadingHeld(held) => self.hold(held, recorded.leaf_index)?,
            MeterEvent::ReadingRejected(rejected) => self.reject(rejected, at)?,
            MeterEvent::ReadingWithdrawn(withdrawn) => self.withdraw(withdrawn, at)?,
            MeterEvent::CorrectionRequested(requested) => self.ask(meter_no, requested, at)?,
            MeterEvent::ReadingCorrected(corrected) => self.correct(meter_no, corrected, at)?,
            MeterEvent::DeviceInstalled(_)
            | MeterEvent::DeviceRemoved(_)
            | MeterEvent::PhotoSubmitted(_)
            | MeterEvent::FaultReported(_)
            | MeterEvent::PhotoAnalysed(_)
            | MeterEvent::PhotoReviewed(_)
            | MeterEvent::Deactivated(_)
            | MeterEvent::Reactivated(_) => {}
        }
        Ok(())
    }

    fn reading(&mut self, id: &ReadingId) -> Result<&mut ReadingRow, ProjectionError> {
        self.readings
            .get_mut(id)
            .ok_or_else(|| invalid(format!("reading {id} is not known")))
    }

    fn submit(
        &mut self,
        meter_no: &str,
        submitted: ReadingSubmitted,
        at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        let meter_no = MeterNo::try_new(meter_no).map_err(|error| invalid(error.to_string()))?;
        let row = ReadingRow::new(meter_no, submitted, at);
        self.readings.insert(row.reading_id.clone(), row);
        Ok(())
    }

    fn accept(
        &mut self,
        accepted: ReadingAccepted,
        recorded: &RecordedEvent,
    ) -> Result<(), ProjectionError> {
        let row = self.reading(&accepted.reading_id)?;
        row.status = ReadingState::Accepted;
        row.previous_index = Some(accepted.previous_index);
        row.previous_at = Some(accepted.previous_at);
        row.usage = Some(accepted.usage);
        row.cumulative = Some(accepted.cumulative);
        row.quality = Some(accepted.quality);
        find(row, accepted.findings, recorded.leaf_index);
        row.estimate = accepted.estimate;
        if let Some(review) = accepted.review {
            decide(row, review.reviewed_by, recorded.recorded_at, review.note);
        }
        self.reapportion(accepted.reapportioned)
    }

    fn reapportion(&mut self, next: Option<Reapportioned>) -> Result<(), ProjectionError> {
        if let Some(next) = next {
            self.reading(&next.reading_id)?.usage = Some(next.usage);
        }
        Ok(())
    }

    fn reestimate(&mut self, made: ReadingReestimated) -> Result<(), ProjectionError> {
        let row = self.reading(&made.reading_id)?;
        row.index = made.new_index;
        row.usage = Some(made.usage);
        row.cumulative = Some(made.cumulative);
        row.estimate = Some(made.estimate);
        self.reapportion(made.reapportioned)
    }

    fn hold(&mut self, held: ReadingHeld, position: i64) -> Result<(), ProjectionError> {
        let row = self.reading(&held.reading_id)?;
        row.previous_index = Some(held.previous_index);
        row.previous_at = Some(held.previous_at);
        find(row, held.findings, position);
        Ok(())
    }

    fn reject(
        &mut self,
        rejected: ReadingRejected,
        at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        let row = self.reading(&rejected.reading_id)?;
        row.status = ReadingState::Rejected;
        decide(row, rejected.rejected_by, at, Some(rejected.reason));
        Ok(())
    }

    /// It shows among the rejected, with who let it go and why.
    fn withdraw(
        &mut self,
        withdrawn: ReadingWithdrawn,
        at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        let row = self.reading(&withdrawn.reading_id)?;
        row.status = ReadingState::Rejected;
        row.usage = None;
        row.cumulative = None;
        decide(row, withdrawn.approved_by, at, Some(withdrawn.reason));
        let pending = self.corrections.values_mut().filter(|row| {
            row.reading_id == withdrawn.reading_id && row.status == CorrectionState::Pending
        });
        pending.for_each(|row| row.status = CorrectionState::Superseded);
        self.reapportion(withdrawn.counted.and_then(|counted| counted.reapportioned))
    }

    fn ask(
        &mut self,
        meter_no: &str,
        requested: CorrectionRequested,
        at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        let reading = self.reading(&requested.reading_id)?;
        let row = CorrectionRow {
            correction_id: requested.correction_id,
            meter_no: MeterNo::try_new(meter_no).map_err(|error| invalid(error.to_string()))?,
            reading_id: requested.reading_id,
            old_index: reading.index,
            new_index: requested.index,
            reason: requested.reason,
            requested_by: requested.requested_by,
            requested_at: at,
            status: CorrectionState::Pending,
            approved_by: None,
            approved_at: None,
        };
        self.corrections.insert(row.correction_id.clone(), row);
        Ok(())
    }

    fn correct(
        &mut self,
        meter_no: &str,
        corrected: ReadingCorrected,
        at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        let row = self.reading(&corrected.reading_id)?;
        row.status = ReadingState::Corrected;
        row.index = corrected.new_index;
        row.usage = Some(corrected.usage);
        row.cumulative = Some(corrected.cumulative);
        row.quality = Some(Quality::Edited);
        row.estimate = None;
        decide(
            row,
            corrected.approved_by.clone(),
            at,
            Some(corrected.reason.clone()),
        );
        let read_at = row.read_at;
        if !corrected.later_shift.is_zero() {
            self.shift(meter_no, read_at, &corrected)?;
        }
        self.settle(&corrected, at);
        self.reapportion(corrected.reapportioned)
    }

    fn shift(
        &mut self,
        meter_no: &str,
        read_at: DateTime<Utc>,
        corrected: &ReadingCorrected,
    ) -> Result<(), ProjectionError> {
        let later = self
            .readings
            .values_mut()
            .filter(|row| row.meter_no.as_str() == meter_no && read_at < row.read_at);
        for row in later {
            if let Some(cumulative) = row.cumulative {
                let shifted = cumulative.checked_add(corrected.later_shift);
                row.cumulative = Some(shifted.ok_or_else(|| invalid("usage overflows"))?);
            }
        }
        Ok(())
    }

    /// One approval ends every request about the reading.
    fn settle(&mut self, corrected: &ReadingCorrected, at: DateTime<Utc>) {
        let pending = self.corrections.values_mut().filter(|row| {
            row.reading_id == corrected.reading_id && row.status == CorrectionState::Pending
        });
        for row in pending {
            if row.correction_id == corrected.correction_id {
                row.status = CorrectionState::Approved;
                row.approved_by = Some(corrected.approved_by.clone());
                row.approved_at = Some(at);
            } else {
                row.status = CorrectionState::Superseded;
            }
        }
    }

    pub(super) async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let statement = "INSERT INTO read_reading_review_meter \
             SELECT * FROM jsonb_populate_recordset(NULL::read_reading_review_meter, $1) \
             ON CONFLICT (meter_no) DO NOTHING";
        store(connection, statement, &self.meters).await?;
        let readings: Vec<ReadingRow> = self.readings.into_values().collect();
        let statement = "INSERT INTO read_reading_review \
             SELECT * FROM jsonb_populate_recordset(NULL::read_reading_review, $1) \
             ON CONFLICT (reading_id) DO UPDATE SET \
             index = excluded.index, status = excluded.status, \
             previous_index = excluded.previous_index, previous_at = excluded.previous_at, \
             usage = excluded.usage, cumulative = excluded.cumulative, \
             quality = excluded.quality, findings = excluded.findings, \
             found_at = excluded.found_at, estimate = excluded.estimate, \
             decided_by = excluded.decided_by, decided_at = excluded.decided_at, \
             reason = excluded.reason";
        store(connection, statement, &readings).await?;
        let corrections: Vec<CorrectionRow> = self.corrections.into_values().collect();
        let statement = "INSERT INTO read_reading_review_correction \
             SELECT * FROM jsonb_populate_recordset(NULL::read_reading_review_correction, $1) \
             ON CONFLICT (correction_id) DO UPDATE SET status = excluded.status, \
             approved_by = excluded.approved_by, approved_at = excluded.approved_at";
        store(connection, statement, &corrections).await?;
        delay::store_all(connection, &self.delays, &self.read).await
    }
}

/// What the rules found, and since when.
fn find(row: &mut ReadingRow, findings: Vec<Finding>, position: i64) {
    if !findings.is_empty() {
        row.found_at = row.found_at.or(Some(position));
    }
    row.findings = findings;
}

fn decide(row: &mut ReadingRow, by: Actor, at: DateTime<Utc>, reason: Option<String>) {
    row.decided_by = Some(by);
    row.decided_at = Some(at);
    row.reason = reason;
}
