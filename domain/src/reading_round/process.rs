use chaobiao_decision::{CommandContext, Process, Rejection, Stop, Workspace};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ReadingRound, ReadingRoundCommand, ReadingRoundError, RoundAssigned, RoundClosed, RoundOpened,
    UnreadReason, UnreadReasonRecorded, VisitRecorded,
};
use crate::campus::require_campus;
use crate::delay_reasons::{DelayReasons, DelayReasonsError};
use crate::staff::require_staff;
use crate::units::{
    BillingMonth, BookNo, CampusId, MeterNo, ReasonCode, RoundId, StaffLogin, business_date,
};
use crate::validation_rules::ValidationRules;

/// One round a book and month.
pub fn round_id(book: &BookNo, month: BillingMonth) -> Result<RoundId, ReadingRoundError> {
    RoundId::try_new(format!("{book}-{:04}{:02}", month.year(), month.month()))
        .map_err(ReadingRoundError::Note)
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundChanged {
    pub round_id: RoundId,
}

/// Sends a reader out with a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenReadingRound {
    pub book: BookNo,
    pub month: BillingMonth,
    pub campus: CampusId,
    /// In the order of the walk.
    pub meters: Vec<MeterNo>,
    pub due_on: NaiveDate,
    #[serde(default)]
    pub reader: Option<StaffLogin>,
}

impl Process for OpenReadingRound {
    const NAME: &'static str = "reading_round.open";
    type Outcome = RoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoundChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        if let Some(reader) = &self.reader {
            require_staff(reader, "reader", workspace)?;
        }
        let round_id = round_id(&self.book, self.month)?;
        let opened = RoundOpened {
            round_id: round_id.clone(),
            book: self.book.clone(),
            month: self.month,
            campus: self.campus.clone(),
            meters: self.meters.clone(),
            opened_on: business_date(context.at),
            due_on: self.due_on,
            reader: self.reader.clone(),
        };
        workspace.execute::<ReadingRound>(round_id.as_str(), ReadingRoundCommand::Open(opened))?;
        Ok(RoundChanged { round_id })
    }
}

/// The reader stood before a meter and could not read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordUnreadReason {
    pub round_id: RoundId,
    pub meter_no: MeterNo,
    pub reason: UnreadReason,
    pub note: Option<String>,
}

impl Process for RecordUnreadReason {
    const NAME: &'static str = "reading_round.record_unread_reason";
    type Outcome = RoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoundChanged, Stop> {
        let recorded = UnreadReasonRecorded {
            meter_no: self.meter_no.clone(),
            reason: self.reason,
            note: self.note.clone(),
            recorded_on: business_date(context.at),
            recorded_by: context.actor.clone(),
        };
        workspace.execute::<ReadingRound>(
            self.round_id.as_str(),
            ReadingRoundCommand::RecordUnreadReason(recorded),
        )?;
        Ok(RoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}

/// Ends a round; what is unread stays on the list of its month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseReadingRound {
    pub round_id: RoundId,
}

impl Process for CloseReadingRound {
    const NAME: &'static str = "reading_round.close";
    type Outcome = RoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoundChanged, Stop> {
        let closed = RoundClosed {
            closed_on: business_date(context.at),
        };
        workspace
            .execute::<ReadingRound>(self.round_id.as_str(), ReadingRoundCommand::Close(closed))?;
        Ok(RoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}

/// Gives the rest of a walk to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignRound {
    pub round_id: RoundId,
    pub reader: StaffLogin,
    pub reason: Option<String>,
}

impl Process for AssignRound {
    const NAME: &'static str = "reading_round.assign";
    type Outcome = RoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoundChanged, Stop> {
        require_staff(&self.reader, "reader", workspace)?;
        let assigned = RoundAssigned {
            reader: self.reader.clone(),
            reason: self.reason.clone(),
            assigned_on: business_date(context.at),
            assigned_by: context.actor.clone(),
        };
        let command = ReadingRoundCommand::Assign(assigned);
        workspace.execute::<ReadingRound>(self.round_id.as_str(), command)?;
        Ok(RoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}

/// The reader was there and could not read the meter; perhaps a note was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordVisit {
    pub round_id: RoundId,
    pub meter_no: MeterNo,
    /// Now, when not given.
    pub visited_at: Option<DateTime<Utc>>,
    pub reason: ReasonCode,
    pub note: Option<String>,
    pub left_note: Option<String>,
}

impl Process for RecordVisit {
    const NAME: &'static str = "reading_round.record_visit";
    type Outcome = RoundChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoundChanged, Stop> {
        let visited_at = self.visited_at.unwrap_or(context.at);
        let minutes = workspace
            .get::<ValidationRules>(ValidationRules::ID)?
            .in_force(business_date(context.at))
            .future_tolerance_minutes;
        if visited_at > context.at + TimeDelta::minutes(i64::from(minutes)) {
            return Err(ReadingRoundError::VisitInFuture.into());
        }
        workspace
            .get::<DelayReasons>(DelayReasons::ID)?
            .require(&self.reason, self.note.as_deref())
            .map_err(|error| match error {
                DelayReasonsError::NoteRequired => Rejection::from(error),
                error => Rejection::from(error).on("reasonCode"),
            })?;
        let visit = VisitRecorded {
            meter_no: self.meter_no.clone(),
            visited_at,
            visited_by: context.actor.clone(),
            reason: self.reason.clone(),
            note: self.note.clone(),
            left_note: self.left_note.clone(),
        };
        let command = ReadingRoundCommand::RecordVisit(visit);
        workspace.execute::<ReadingRound>(self.round_id.as_str(), command)?;
        Ok(RoundChanged {
            round_id: self.round_id.clone(),
        })
    }
}
