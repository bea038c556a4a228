use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    FieldConflict, ReadingRoundCommand, ReadingRoundError, ReadingRoundEvent, RoundAssigned,
    RoundOpened, UnreadReason, UnreadReasonRecorded, VisitRecorded,
};
use crate::units::{BookNo, ItemId, MeterNo, StaffLogin, written_if_any};

const NOTE_LENGTH: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadingRound {
    #[default]
    Absent,
    Open(Box<Walk>),
    Closed(Box<Walk>),
}

/// A walk with what has come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    pub book: BookNo,
    pub opened_on: NaiveDate,
    pub reader: Option<StaffLogin>,
    /// In the order of the walk.
    pub meters: Vec<MeterNo>,
    members: BTreeSet<MeterNo>,
    /// Conflicts nobody has settled yet.
    conflicts: BTreeMap<ItemId, FieldConflict>,
}

impl ReadingRound {
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The walk of a round that is under way.
    pub fn walk(&self) -> Result<&Walk, ReadingRoundError> {
        match self {
            Self::Absent => Err(ReadingRoundError::NotFound),
            Self::Open(walk) => Ok(walk),
            Self::Closed(_) => Err(ReadingRoundError::Closed),
        }
    }

    /// In the order of the walk.
    fn meters(&self) -> Result<&[MeterNo], ReadingRoundError> {
        self.walk().map(|walk| walk.meters.as_slice())
    }

    /// Whether a reading of the meter may be entered for this round.
    pub fn expects(&self, meter_no: &MeterNo) -> Result<(), ReadingRoundError> {
        if self.walk()?.members.contains(meter_no) {
            Ok(())
        } else {
            Err(ReadingRoundError::MeterNotInRound)
        }
    }

    /// A conflict that waits; it may be settled after the round has ended, too.
    pub fn conflict(&self, item_id: &ItemId) -> Result<&FieldConflict, ReadingRoundError> {
        match self {
            Self::Absent => Err(ReadingRoundError::NotFound),
            Self::Open(walk) | Self::Closed(walk) => walk
                .conflicts
                .get(item_id)
                .ok_or(ReadingRoundError::ConflictNotFound),
        }
    }
}

impl ReadingRound {
    /// The meters before and after one in the walk.
    pub fn next_to(&self, meter_no: &MeterNo) -> Vec<MeterNo> {
        let Ok(meters) = self.meters() else {
            return Vec::new();
        };
        let before = meters.iter().take_while(|other| *other != meter_no).last();
        let after = meters.iter().skip_while(|other| *other != meter_no).nth(1);
        before.into_iter().chain(after).cloned().collect()
    }
}

impl Aggregate for ReadingRound {
    const TYPE: &'static str = "reading_round";
    type Command = ReadingRoundCommand;
    type Event = ReadingRoundEvent;
    type Error = ReadingRoundError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReadingRoundCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReadingRoundError> {
        if let Some(event) = decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReadingRoundEvent) {
        if let ReadingRoundEvent::Opened(opened) = event {
            *self = Self::Open(Box::new(Walk {
                book: opened.book,
                opened_on: opened.opened_on,
                reader: opened.reader,
                members: opened.meters.iter().cloned().collect(),
                meters: opened.meters,
                conflicts: BTreeMap::new(),
            }));
            return;
        }
        let (Self::Open(walk) | Self::Closed(walk)) = self else {
            return;
        };
        match event {
            ReadingRoundEvent::Assigned(assigned) => walk.reader = Some(assigned.reader),
            ReadingRoundEvent::Reordered { meters } => walk.meters = meters,
            ReadingRoundEvent::ConflictRecorded(conflict) => {
                walk.conflicts.insert(conflict.item_id.clone(), conflict);
            }
            ReadingRoundEvent::ConflictSettled(settled) => {
                walk.conflicts.remove(&settled.item_id);
            }
            ReadingRoundEvent::Closed(_) => *self = Self::Closed(walk.clone()),
            // Reasons and visits pile up, a later one does not undo an earlier: lists show the last.
            ReadingRoundEvent::Opened(_)
            | ReadingRoundEvent::UnreadReasonRecorded(_)
            | ReadingRoundEvent::VisitRecorded(_) => {}
        }
    }
}

fn decide(
    round: &ReadingRound,
    command: ReadingRoundCommand,
) -> Result<Option<ReadingRoundEvent>, ReadingRoundError> {
    Ok(Some(match command {
        ReadingRoundCommand::Open(opened) => open(round, opened)?,
        ReadingRoundCommand::RecordUnreadReason(recorded) => record_reason(round, recorded)?,
        ReadingRoundCommand::Assign(assigned) => return assign(round, assigned),
        ReadingRoundCommand::Reorder(wanted) => return reorder(round, wanted),
        ReadingRoundCommand::RecordVisit(visit) => {
            round.expects(&visit.meter_no)?;
            ReadingRoundEvent::VisitRecorded(VisitRecorded {
                note: note(visit.note.as_deref(), "备注")?,
                left_note: note(visit.left_note.as_deref(), "联系便条")?,
                ..visit
            })
        }
        ReadingRoundCommand::RecordConflict(conflict) => {
            round.expects(&conflict.meter_no)?;
            ReadingRoundEvent::ConflictRecorded(conflict)
        }
        ReadingRoundCommand::SettleConflict(settled) => {
            round.conflict(&settled.item_id)?;
            ReadingRoundEvent::ConflictSettled(settled)
        }
        ReadingRoundCommand::Close(closed) => {
            round.walk()?;
            ReadingRoundEvent::Closed(closed)
        }
    }))
}

fn open(round: &ReadingRound, opened: RoundOpened) -> Result<ReadingRoundEvent, ReadingRoundError> {
    if *round != ReadingRound::Absent {
        return Err(ReadingRoundError::AlreadyOpened);
    }
    if opened.meters.is_empty() {
        return Err(ReadingRoundError::NoMeters);
    }
    let distinct: BTreeSet<_> = opened.meters.iter().collect();
    if distinct.len() < opened.meters.len() {
        return Err(ReadingRoundError::MeterTwice);
    }
    if opened.due_on < opened.opened_on {
        return Err(ReadingRoundError::DueBeforeOpening);
    }
    Ok(ReadingRoundEvent::Opened(opened))
}

fn assign(
    round: &ReadingRound,
    assigned: RoundAssigned,
) -> Result<Option<ReadingRoundEvent>, ReadingRoundError> {
    if round.walk()?.reader.as_ref() == Some(&assigned.reader) {
        return Ok(None);
    }
    let reason = note(assigned.reason.as_deref(), "原因")?;
    Ok(Some(ReadingRoundEvent::Assigned(RoundAssigned {
        reason,
        ..assigned
    })))
}

fn reorder(
    round: &ReadingRound,
    wanted: Vec<MeterNo>,
) -> Result<Option<ReadingRoundEvent>, ReadingRoundError> {
    let walk = round.walk()?;
    let mut meters: Vec<MeterNo> = wanted
        .into_iter()
        .filter(|meter_no| walk.members.contains(meter_no))
        .collect();
    let named: BTreeSet<MeterNo> = meters.iter().cloned().collect();
    if named.len() < meters.len() {
        return Err(ReadingRoundError::MeterTwice);
    }
    let others = round.meters()?.iter();
    meters.extend(others.filter(|other| !named.contains(*other)).cloned());
    let changed = meters != walk.meters;
    Ok(changed.then_some(ReadingRoundEvent::Reordered { meters }))
}

fn record_reason(
    round: &ReadingRound,
    recorded: UnreadReasonRecorded,
) -> Result<ReadingRoundEvent, ReadingRoundError> {
    round.expects(&recorded.meter_no)?;
    let note = note(recorded.note.as_deref(), "备注")?;
    if note.is_none() && recorded.reason == UnreadReason::Other {
        return Err(ReadingRoundError::NoteRequired);
    }
    Ok(ReadingRoundEvent::UnreadReasonRecorded(
        UnreadReasonRecorded { note, ..recorded },
    ))
}

/// What somebody wrote, without the space around it; nothing when there is nothing else.
fn note(text: Option<&str>, what: &'static str) -> Result<Option<String>, ReadingRoundError> {
    written_if_any(text, what, NOTE_LENGTH).map_err(ReadingRoundError::Note)
}
