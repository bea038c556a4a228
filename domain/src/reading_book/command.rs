use chaobiao_decision::Actor;
use chrono::NaiveDate;

use super::{BookOpened, ReaderAssigned, RoundStarted, ScheduleSet, SubstituteNamed};
use crate::units::MeterNo;

#[derive(Clone, Debug)]
pub enum ReadingBookCommand {
    Open(Box<BookOpened>),
    SetMeters(Vec<MeterNo>),
    Order {
        meters: Vec<MeterNo>,
        ordered_by: Actor,
    },
    SetSchedule(ScheduleSet),
    AssignReader(ReaderAssigned),
    NameSubstitute(SubstituteNamed),
    StartRound(RoundStarted),
    Close(NaiveDate),
}
