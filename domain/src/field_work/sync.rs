//! Readings that come in late from a device (R22).
//!
//! The command bus sees to it that one piece of work counts once, from however many devices it
//! arrives. What it cannot see is that two people read the same meter on the same walk: then the
//! first reading stands, and the other is kept beside it until somebody decides.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::meter::{
    Channel, Evidence, Meter, ReadingJudged, ReadingPhoto, SubmitReading, attach_photo,
};
use crate::reading_round::{ConflictSettled, FieldConflict, ReadingRound, ReadingRoundCommand};
use crate::units::{
    Index, ItemId, MeterNo, RateIndexes, ReadingId, RoundId, business_date, start_of_business_day,
};

/// A reading taken in the field while there was no network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReading {
    pub item_id: ItemId,
    pub meter_no: MeterNo,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub photo: Option<ReadingPhoto>,
    pub round: Option<RoundId>,
    pub note: Option<String>,
    /// 分时示数
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SyncedReading {
    Judged(ReadingJudged),
    /// The meter had another reading on this walk; this one waits in the round for a decision.
    Conflict {
        existing: ReadingId,
        index: Index,
    },
}

impl Process for SyncReading {
    const NAME: &'static str = "field_work.sync_reading";
    type Outcome = SyncedReading;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SyncedReading, Stop> {
        if let Some(round) = &self.round
            && let Some(other) = self.other_reading(round, workspace)?
        {
            return if other.same {
                let meter = workspace
                    .get::<Meter>(self.meter_no.as_str())?
                    .registered()?;
                let judged = ReadingJudged::of(meter, other.reading_id, true)?;
                Ok(SyncedReading::Judged(judged))
            } else {
                self.record_conflict(round, other, context, workspace)
            };
        }
        let submit = SubmitReading {
            meter_no: self.meter_no.clone(),
            index: self.index,
            read_at: Some(self.read_at),
            channel: Channel::Field,
            photo: self.photo.clone(),
            round: self.round.clone(),
            note: self.note.clone(),
            evidence: with_rates(&self.rates),
        };
        submit.decide(context, workspace).map(SyncedReading::Judged)
    }
}

fn with_rates(rates: &RateIndexes) -> Evidence {
    Evidence {
        rates: rates.clone(),
        ..Evidence::default()
    }
}

/// What staff read of the meter on the same walk.
struct Other {
    reading_id: ReadingId,
    index: Index,
    /// The same index on the same day: two looks at one dial, and no contradiction.
    same: bool,
}

impl SyncReading {
    fn other_reading(
        &self,
        round: &RoundId,
        workspace: &mut Workspace,
    ) -> Result<Option<Other>, Stop> {
        let round = workspace.get::<ReadingRound>(round.as_str())?;
        round.expects(&self.meter_no)?;
        let since = start_of_business_day(round.walk()?.opened_on);
        let meter = workspace
            .get::<Meter>(self.meter_no.as_str())?
            .registered()?;
        let by_staff = |channel| {
            matches!(
                channel,
                Channel::Field | Channel::Handheld | Channel::Bluetooth
            )
        };
        let latest = meter
            .submitted_since(since)
            .filter(|(_, submission)| by_staff(submission.channel))
            .max_by_key(|(_, submission)| submission.read_at);
        Ok(latest.map(|(reading_id, submission)| Other {
            reading_id: reading_id.clone(),
            index: submission.index,
            same: submission.index == self.index
                && business_date(submission.read_at) == business_date(self.read_at),
        }))
    }

    fn record_conflict(
        &self,
        round: &RoundId,
        other: Other,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SyncedReading, Stop> {
        let conflict = FieldConflict {
            item_id: self.item_id.clone(),
            meter_no: self.meter_no.clone(),
            index: self.index,
            read_at: self.read_at,
            photo: attach_photo(workspace, &self.meter_no, self.photo.as_ref())?,
            note: self.note.clone(),
            rates: self.rates.clone(),
            read_by: context.actor.clone(),
            existing: other.reading_id.clone(),
        };
        let command = ReadingRoundCommand::RecordConflict(conflict);
        workspace.execute::<ReadingRound>(round.as_str(), command)?;
        Ok(SyncedReading::Conflict {
            existing: other.reading_id,
            index: other.index,
        })
    }
}

/// Takes a late reading in after all, or leaves the first one alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleFieldConflict {
    pub round_id: RoundId,
    pub item_id: ItemId,
    pub take: bool,
}

impl Process for SettleFieldConflict {
    const NAME: &'static str = "field_work.settle_conflict";
    type Outcome = Option<ReadingJudged>;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<ReadingJudged>, Stop> {
        let round = workspace.get::<ReadingRound>(self.round_id.as_str())?;
        let conflict = round.conflict(&self.item_id)?.clone();
        let judged = if self.take {
            // The photo became the meter's when the conflict was recorded.
            let photo = conflict.photo.map(|photo| ReadingPhoto::new(photo, None));
            let submit = SubmitReading {
                meter_no: conflict.meter_no,
                index: conflict.index,
                read_at: Some(conflict.read_at),
                channel: Channel::Field,
                photo,
                round: None,
                note: conflict.note,
                evidence: with_rates(&conflict.rates),
            };
            Some(submit.decide(context, workspace)?)
        } else {
            None
        };
        let settled = ConflictSettled {
            item_id: self.item_id.clone(),
            taken_as: judged.as_ref().map(|judged| judged.reading_id.clone()),
            settled_by: context.actor.clone(),
        };
        let command = ReadingRoundCommand::SettleConflict(settled);
        workspace.execute::<ReadingRound>(self.round_id.as_str(), command)?;
        Ok(judged)
    }
}
