use std::collections::BTreeSet;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{
    BookOpened, ReaderAssigned, ReadingBookCommand, ReadingBookError, ReadingBookEvent, Schedule,
    SubstituteNamed,
};
use crate::units::{BookNo, CampusId, MeterNo, RoundId, StaffLogin};

pub(super) const NAME_LENGTH: usize = 60;
pub(super) const REASON_LENGTH: usize = 200;
/// More than a reader walks in a cycle, and what one event should hold.
pub(super) const METERS_MAX: usize = 5_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadingBook {
    #[default]
    Absent,
    Open(Box<BookState>),
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookState {
    pub book: BookNo,
    pub campus: CampusId,
    pub meters: Vec<MeterNo>,
    pub schedule: Schedule,
    /// When the next round starts.
    pub next_on: NaiveDate,
    /// The last round that was started.
    pub round: Option<RoundId>,
    /// In the order they were said; the last that has begun counts.
    readers: Vec<ReaderAssigned>,
    substitutes: Vec<SubstituteNamed>,
}

impl BookState {
    /// Who reads the book on a day.
    pub fn reader_on(&self, day: NaiveDate) -> Option<&StaffLogin> {
        let substitute = self
            .substitutes
            .iter()
            .rev()
            .find(|substitute| substitute.from <= day && day <= substitute.until);
        let own = || {
            let begun = self.readers.iter().filter(|assigned| assigned.from <= day);
            // Of two that begin on one day the later word counts.
            begun.max_by_key(|assigned| assigned.from)
        };
        match substitute {
            Some(substitute) => Some(&substitute.reader),
            None => own().map(|assigned| &assigned.reader),
        }
    }
}

impl ReadingBook {
    pub fn open(&self) -> Result<&BookState, ReadingBookError> {
        match self {
            Self::Absent => Err(ReadingBookError::NotFound),
            Self::Open(book) => Ok(book),
            Self::Closed => Err(ReadingBookError::Closed),
        }
    }
}

impl Aggregate for ReadingBook {
    const TYPE: &'static str = "reading_book";
    type Command = ReadingBookCommand;
    type Event = ReadingBookEvent;
    type Error = ReadingBookError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReadingBookCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReadingBookError> {
        if let Some(event) = decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReadingBookEvent) {
        match (&mut *self, event) {
            (_, ReadingBookEvent::Opened(opened)) => *self = Self::Open(Box::new(begin(opened))),
            (_, ReadingBookEvent::Closed { .. }) => *self = Self::Closed,
            (Self::Open(book), event) => book.apply(event),
            // Nothing is written before the opening or after the end.
            (Self::Absent | Self::Closed, _) => {}
        }
    }
}

fn begin(opened: BookOpened) -> BookState {
    let own = |reader| ReaderAssigned {
        reader,
        from: opened.opened_on,
    };
    BookState {
        book: opened.book,
        campus: opened.campus,
        meters: opened.meters,
        schedule: opened.schedule,
        next_on: opened.next_on,
        round: None,
        readers: opened.reader.map(own).into_iter().collect(),
        substitutes: Vec::new(),
    }
}

impl BookState {
    fn apply(&mut self, event: ReadingBookEvent) {
        match event {
            ReadingBookEvent::MetersSet { meters } | ReadingBookEvent::Ordered { meters, .. } => {
                self.meters = meters;
            }
            ReadingBookEvent::ScheduleSet(set) => {
                self.schedule = set.schedule;
                self.next_on = set.next_on;
            }
            ReadingBookEvent::ReaderAssigned(assigned) => self.readers.push(assigned),
            ReadingBookEvent::SubstituteNamed(named) => self.substitutes.push(named),
            ReadingBookEvent::RoundStarted(started) => {
                self.next_on = started.next_on;
                self.round = Some(started.round_id);
            }
            ReadingBookEvent::Opened(_) | ReadingBookEvent::Closed { .. } => {}
        }
    }
}

fn decide(
    book: &ReadingBook,
    command: ReadingBookCommand,
) -> Result<Option<ReadingBookEvent>, ReadingBookError> {
    if let ReadingBookCommand::Open(opened) = command {
        return open(book, *opened).map(Some);
    }
    let state = book.open()?;
    Ok(Some(match command {
        ReadingBookCommand::Open(_) => return Ok(None),
        ReadingBookCommand::SetMeters(meters) => {
            check_meters(&meters)?;
            if meters == state.meters {
                return Ok(None);
            }
            ReadingBookEvent::MetersSet { meters }
        }
        ReadingBookCommand::Order { meters, ordered_by } => {
            let wanted: BTreeSet<&MeterNo> = meters.iter().collect();
            let present: BTreeSet<&MeterNo> = state.meters.iter().collect();
            if wanted != present || meters.len() != state.meters.len() {
                return Err(ReadingBookError::OrderIncomplete);
            }
            if meters == state.meters {
                return Ok(None);
            }
            ReadingBookEvent::Ordered { meters, ordered_by }
        }
        ReadingBookCommand::SetSchedule(set) => {
            set.schedule.check()?;
            ReadingBookEvent::ScheduleSet(set)
        }
        ReadingBookCommand::AssignReader(assigned) => {
            if state.readers.last() == Some(&assigned) {
                return Ok(None);
            }
            ReadingBookEvent::ReaderAssigned(assigned)
        }
        ReadingBookCommand::NameSubstitute(named) => substitute(named)?,
        ReadingBookCommand::StartRound(started) => {
            if started.starts_on != state.next_on {
                return Err(ReadingBookError::NotDue);
            }
            ReadingBookEvent::RoundStarted(started)
        }
        ReadingBookCommand::Close(closed_on) => ReadingBookEvent::Closed { closed_on },
    }))
}

fn open(book: &ReadingBook, opened: BookOpened) -> Result<ReadingBookEvent, ReadingBookError> {
    match book {
        ReadingBook::Absent => {}
        ReadingBook::Open(_) => return Err(ReadingBookError::AlreadyOpened),
        ReadingBook::Closed => return Err(ReadingBookError::Closed),
    }
    let name = opened.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        return Err(ReadingBookError::NameInvalid);
    }
    check_meters(&opened.meters)?;
    opened.schedule.check()?;
    Ok(ReadingBookEvent::Opened(BookOpened { name, ..opened }))
}

fn check_meters(meters: &[MeterNo]) -> Result<(), ReadingBookError> {
    if meters.is_empty() {
        Err(ReadingBookError::NoMeters)
    } else if meters.len() > METERS_MAX {
        Err(ReadingBookError::TooManyMeters)
    } else if meters.iter().collect::<BTreeSet<_>>().len() < meters.len() {
        Err(ReadingBookError::MeterTwice)
    } else {
        Ok(())
    }
}

fn substitute(named: SubstituteNamed) -> Result<ReadingBookEvent, ReadingBookError> {
    if named.until < named.from {
        return Err(ReadingBookError::SubstituteUntilBeforeFrom);
    }
    let reason = named.reason.as_deref().map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > REASON_LENGTH) {
        return Err(ReadingBookError::ReasonTooLong);
    }
    let reason = reason.map(str::to_owned);
    Ok(ReadingBookEvent::SubstituteNamed(SubstituteNamed {
        reason,
        ..named
    }))
}
