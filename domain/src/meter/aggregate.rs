use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::MeterCommand;
use super::handle;
use super::installation::{Installation, Point};
use super::timeline::Timeline;
use super::{
    AcceptedReading, Channel, CorrectionRequested, DeviceInstalled, DeviceRemoved, Finding,
    MeterError, MeterEvent, MeterRegistered, PhotoDecision, PhotoStanding, Quality, ReadState,
    ReadingAccepted, ReadingCorrected, ReadingStatus, ReadingSubmitted, ReadingWithdrawn, Supply,
};
use crate::units::{
    Commodity, CorrectionId, Index, Multiplier, PhotoHash, Quantity, RateIndexes, ReadingId,
    business_date,
};

/// A metering point, keyed by its number in the charging system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Meter {
    #[default]
    Absent,
    Registered(Box<MeterState>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeterState {
    pub(super) registered: MeterRegistered,
    pub(super) timeline: Timeline,
    pub(super) submissions: BTreeMap<ReadingId, Submission>,
    pub(super) corrections: BTreeMap<CorrectionId, CorrectionRequest>,
    pub(super) photos: BTreeSet<PhotoHash>,
    #[serde(default)]
    pub(super) supply: Supply,
}

/// A reading as it came in, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub channel: Channel,
    pub submitted_by: Actor,
    pub status: ReadingStatus,
    pub findings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ReadState>,
    #[serde(default)]
    pub photo: PhotoStanding,
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
}

/// A correction that waits for a second person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectionRequest {
    pub reading_id: ReadingId,
    pub index: Index,
    pub reason: String,
    pub requested_by: Actor,
}

impl Meter {
    pub fn registered(&self) -> Result<&MeterState, MeterError> {
        match self {
            Self::Absent => Err(MeterError::NotFound),
            Self::Registered(meter) => Ok(meter),
        }
    }

    pub const fn is_registered(&self) -> bool {
        matches!(self, Self::Registered(_))
    }

    pub fn commodity(&self) -> Option<Commodity> {
        self.registered()
            .ok()
            .map(|meter| meter.registered.commodity)
    }

    /// Whether a reading of these days waits for a person.
    pub fn holds_reading(&self, from: NaiveDate, before: NaiveDate) -> bool {
        let waits = |submission: &Submission| {
            let on = business_date(submission.read_at);
            submission.status == ReadingStatus::Held && from <= on && on < before
        };
        match self {
            Self::Absent => false,
            Self::Registered(meter) => meter.submissions.values().any(waits),
        }
    }

    /// Whether a reading that counts is doubted for its photo, and nobody has settled it (V23).
    pub fn doubts_photo(&self, id: &ReadingId) -> bool {
        let submission = self
            .registered()
            .ok()
            .and_then(|meter| meter.submission(id));
        submission.is_some_and(|it| it.status == ReadingStatus::Accepted && it.photo.is_doubted())
    }

    /// Accepted readings in the order of time.
    pub fn accepted(&self) -> &[AcceptedReading] {
        match self {
            Self::Absent => &[],
            Self::Registered(meter) => meter.timeline.readings(),
        }
    }

    /// Whether a reading taken at or after an instant came in, and was not rejected.
    pub fn has_reading_since(&self, from: DateTime<Utc>) -> bool {
        self.registered()
            .is_ok_and(|meter| meter.submitted_since(from).next().is_some())
    }

    /// Accepted readings taken up to a day, that day included; all of them without one.
    pub fn accepted_on(&self, day: Option<NaiveDate>) -> &[AcceptedReading] {
        let readings = self.accepted();
        let end = readings.partition_point(|reading| day.is_none_or(|day| reading.read_on <= day));
        &readings[..end]
    }
}

impl MeterState {
    pub const fn card(&self) -> &MeterRegistered {
        &self.registered
    }

    pub fn submission(&self, id: &ReadingId) -> Option<&Submission> {
        self.submissions.get(id)
    }

    pub fn accepted_reading(&self, id: &ReadingId) -> Option<&AcceptedReading> {
        self.timeline.reading(id)
    }

    pub fn correction(&self, id: &CorrectionId) -> Result<&CorrectionRequest, MeterError> {
        self.corrections
            .get(id)
            .ok_or(MeterError::CorrectionNotFound)
    }

    /// Whether it is in use, by time.
    pub const fn supply(&self) -> &Supply {
        &self.supply
    }

    /// The device now installed.
    pub fn device(&self) -> Option<&DeviceInstalled> {
        self.timeline
            .current()
            .map(|installation| &installation.device)
    }

    /// What one step of the dial stood for at an instant.
    pub fn multiplier_at(&self, at: DateTime<Utc>) -> Option<Multiplier> {
        let installation = self.timeline.installation_at(at)?;
        Some(installation.device.multiplier)
    }

    /// What came in for instants from one on, and was not rejected.
    pub fn submitted_since(
        &self,
        from: DateTime<Utc>,
    ) -> impl Iterator<Item = (&ReadingId, &Submission)> {
        self.submissions.iter().filter(move |(_, submission)| {
            submission.read_at >= from && submission.status != ReadingStatus::Rejected
        })
    }

    /// What came in before for the same instant by the same way, and was not rejected.
    pub fn submitted_at(
        &self,
        read_at: DateTime<Utc>,
        channel: Channel,
    ) -> Option<(&ReadingId, &Submission)> {
        self.submissions.iter().rev().find(|(_, submission)| {
            submission.read_at == read_at
                && submission.channel == channel
                && submission.status != ReadingStatus::Rejected
        })
    }
}

impl Aggregate for Meter {
    const TYPE: &'static str = "meter";
    type Command = MeterCommand;
    type Event = MeterEvent;
    type Error = MeterError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MeterCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MeterError> {
        for event in handle::decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: MeterEvent) {
        match (self, event) {
            (meter @ Self::Absent, MeterEvent::Registered(registered)) => {
                *meter = Self::Registered(Box::new(MeterState {
                    registered,
                    timeline: Timeline::default(),
                    submissions: BTreeMap::new(),
                    corrections: BTreeMap::new(),
                    photos: BTreeSet::new(),
                    supply: Supply::default(),
                }));
            }
            (Self::Registered(meter), event) => meter.apply(event),
            // The first event of a meter is its registration: `decide` lets nothing else through.
            (Self::Absent, _) => {}
        }
    }
}

impl MeterState {
    fn apply(&mut self, event: MeterEvent) {
        match event {
            MeterEvent::DeviceInstalled(installed) => self.install(installed),
            MeterEvent::DeviceRemoved(removed) => self.remove(&removed),
            MeterEvent::PhotoSubmitted(submitted) => {
                self.photos.insert(submitted.photo);
            }
            MeterEvent::ReadingSubmitted(submitted) => self.receive(submitted),
            MeterEvent::ReadingAccepted(accepted) => self.accept(accepted),
            MeterEvent::ReadingHeld(held) => {
                if let Some(submission) = self.submissions.get_mut(&held.reading_id) {
                    submission.status = ReadingStatus::Held;
                    submission.findings = held.findings;
                }
            }
            MeterEvent::ReadingRejected(rejected) => {
                if let Some(submission) = self.submissions.get_mut(&rejected.reading_id) {
                    submission.status = ReadingStatus::Rejected;
                }
            }
            MeterEvent::CorrectionRequested(requested) => self.remember(requested),
            MeterEvent::ReadingCorrected(corrected) => self.correct(&corrected),
            MeterEvent::Deactivated(fact) => self.supply.change(fact.since, Some(fact.inactivity)),
            MeterEvent::Reactivated(fact) => self.supply.change(fact.since, None),
            // A registered meter stays; a fault is a fact about the place, not about its readings.
            // A reading put off is none: what is known of the dial stays as it is.
            MeterEvent::Registered(_)
            | MeterEvent::FaultReported(_)
            | MeterEvent::ReadingDelayed(_) => {}
            MeterEvent::ReadingReestimated(made) => self.timeline.reestimate(&made),
            MeterEvent::ReadingWithdrawn(withdrawn) => self.withdraw(&withdrawn),
            MeterEvent::PhotoAnalysed(analysed) => {
                if let Some(submission) = self.submissions.get_mut(&analysed.reading_id) {
                    submission.photo.analysed(&analysed.check);
                }
            }
            MeterEvent::PhotoReviewed(reviewed) => {
                if let Some(submission) = self.submissions.get_mut(&reviewed.reading_id) {
                    submission.photo.decision = Some(reviewed.decision);
                }
            }
        }
    }

    fn install(&mut self, device: DeviceInstalled) {
        let cumulative = self
            .timeline
            .last()
            .map_or(Quantity::ZERO, |last| last.cumulative);
        let opened = Point {
            index: device.opening_index,
            at: device.installed_at,
            cumulative,
        };
        self.timeline.installations.push(Installation {
            device,
            opened,
            closed: None,
        });
    }

    fn remove(&mut self, removed: &DeviceRemoved) {
        if let Some(installation) = self.timeline.installations.last_mut() {
            installation.closed = Some(Point {
                index: removed.closing_index,
                at: removed.removed_at,
                cumulative: removed.cumulative,
            });
        }
    }

    fn receive(&mut self, submitted: ReadingSubmitted) {
        let submission = Submission {
            index: submitted.index,
            read_at: submitted.read_at,
            channel: submitted.channel,
            submitted_by: submitted.submitted_by,
            // Until the verdict, which follows in the same commit.
            status: ReadingStatus::Held,
            findings: Vec::new(),
            state: submitted.evidence.state,
            photo: PhotoStanding::of(submitted.photo),
            rates: submitted.evidence.rates,
        };
        self.submissions.insert(submitted.reading_id, submission);
    }

    fn accept(&mut self, accepted: ReadingAccepted) {
        if let Some(next) = accepted.reapportioned {
            self.timeline
                .correct(&next.reading_id, |reading| reading.usage = next.usage);
        }
        let mut rates = RateIndexes::default();
        if let Some(submission) = self.submissions.get_mut(&accepted.reading_id) {
            submission.status = ReadingStatus::Accepted;
            rates.clone_from(&submission.rates);
            // Whoever let it count has seen its photo.
            if accepted.review.is_some() && submission.photo.is_doubted() {
                submission.photo.decision = Some(PhotoDecision::Confirmed);
            }
            submission.findings = accepted.findings;
        }
        self.timeline.insert(AcceptedReading {
            reading_id: accepted.reading_id,
            index: accepted.index,
            read_at: accepted.read_at,
            read_on: accepted.read_on,
            usage: accepted.usage,
            cumulative: accepted.cumulative,
            quality: accepted.quality,
            estimate: accepted.estimate,
            reversed: accepted.reversed,
            rates,
        });
    }

    fn withdraw(&mut self, withdrawn: &ReadingWithdrawn) {
        let id = &withdrawn.reading_id;
        self.corrections
            .retain(|_, request| request.reading_id != *id);
        if let Some(submission) = self.submissions.get_mut(id) {
            submission.status = ReadingStatus::Rejected;
        }
        self.timeline.forget(id);
        let next = withdrawn
            .counted
            .as_ref()
            .and_then(|counted| counted.reapportioned.as_ref());
        if let Some(next) = next {
            self.timeline
                .correct(&next.reading_id, |reading| reading.usage = next.usage);
        }
    }

    fn remember(&mut self, requested: CorrectionRequested) {
        let request = CorrectionRequest {
            reading_id: requested.reading_id,
            index: requested.index,
            reason: requested.reason,
            requested_by: requested.requested_by,
        };
        self.corrections.insert(requested.correction_id, request);
    }

    fn correct(&mut self, corrected: &ReadingCorrected) {
        // Requests made against the old index would be decided on wrong grounds.
        self.corrections
            .retain(|_, request| request.reading_id != corrected.reading_id);
        let Some(reading) = self.timeline.reading(&corrected.reading_id) else {
            return;
        };
        let read_at = reading.read_at;
        // Two people have put right what the photo spoke against.
        if let Some(submission) = self.submissions.get_mut(&corrected.reading_id)
            && submission.photo.is_doubted()
        {
            submission.photo.decision = Some(PhotoDecision::Confirmed);
        }
        self.timeline.shift_after(read_at, corrected.later_shift);
        self.timeline.correct(&corrected.reading_id, |reading| {
            reading.index = corrected.new_index;
            reading.usage = corrected.usage;
            reading.cumulative = corrected.cumulative;
            reading.quality = Quality::Edited;
            reading.estimate = None;
            // Read together with an index that was wrong; the next reading tells the rates apart.
            reading.rates.clear();
        });
        if let Some(next) = &corrected.reapportioned {
            self.timeline
                .correct(&next.reading_id, |reading| reading.usage = next.usage);
        }
    }
}
