use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    ReadingRound, ReadingRoundCommand, ReadingRoundError, RoundClosed, RoundOpened, UnreadReason,
    UnreadReasonRecorded,
};
use crate::campus::require_campus;
use crate::units::{BillingMonth, BookNo, CampusId, MeterNo, RoundId, business_date};

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
        let round_id = round_id(&self.book, self.month)?;
        let opened = RoundOpened {
            round_id: round_id.clone(),
            book: self.book.clone(),
            month: self.month,
            campus: self.campus.clone(),
            meters: self.meters.clone(),
            opened_on: business_date(context.at),
            due_on: self.due_on,
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
