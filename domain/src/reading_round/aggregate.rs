use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    ReadingRoundCommand, ReadingRoundError, ReadingRoundEvent, RoundOpened, UnreadReason,
    UnreadReasonRecorded,
};
use crate::units::{MeterNo, ValueError};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadingRound {
    #[default]
    Absent,
    Open {
        meters: BTreeSet<MeterNo>,
    },
    Closed,
}

impl ReadingRound {
    fn meters(&self) -> Result<&BTreeSet<MeterNo>, ReadingRoundError> {
        match self {
            Self::Absent => Err(ReadingRoundError::NotFound),
            Self::Open { meters } => Ok(meters),
            Self::Closed => Err(ReadingRoundError::Closed),
        }
    }

    /// Whether a reading of the meter may be entered for this round.
    pub fn expects(&self, meter_no: &MeterNo) -> Result<(), ReadingRoundError> {
        if self.meters()?.contains(meter_no) {
            Ok(())
        } else {
            Err(ReadingRoundError::MeterNotInRound)
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
        let event = match command {
            ReadingRoundCommand::Open(opened) => open(self, opened)?,
            ReadingRoundCommand::RecordUnreadReason(recorded) => record_reason(self, recorded)?,
            ReadingRoundCommand::Close(closed) => {
                self.meters()?;
                ReadingRoundEvent::Closed(closed)
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ReadingRoundEvent) {
        match event {
            ReadingRoundEvent::Opened(opened) => {
                *self = Self::Open {
                    meters: opened.meters.into_iter().collect(),
                };
            }
            ReadingRoundEvent::Closed(_) => *self = Self::Closed,
            // Reasons pile up, a later one does not undo an earlier: the list shows the last.
            ReadingRoundEvent::UnreadReasonRecorded(_) => {}
        }
    }
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

fn record_reason(
    round: &ReadingRound,
    recorded: UnreadReasonRecorded,
) -> Result<ReadingRoundEvent, ReadingRoundError> {
    round.expects(&recorded.meter_no)?;
    let note = recorded
        .note
        .as_deref()
        .map(str::trim)
        .filter(|note| !note.is_empty());
    if note.is_none() && recorded.reason == UnreadReason::Other {
        return Err(ReadingRoundError::NoteRequired);
    }
    if note.is_some_and(|note| note.chars().count() > 200) {
        let too_long = ValueError::TooLong {
            what: "备注",
            max: 200,
        };
        return Err(ReadingRoundError::Note(too_long));
    }
    let note = note.map(str::to_owned);
    Ok(ReadingRoundEvent::UnreadReasonRecorded(
        UnreadReasonRecorded { note, ..recorded },
    ))
}
