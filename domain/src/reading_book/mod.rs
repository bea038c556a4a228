//! Reading book (抄表册): meters in the order of a walk, when the walk is due, and who makes it.
//!
//! A book is opened once; its rounds follow by themselves, one a cycle. Who reads it changes with
//! dates, a substitute for some days goes before the book's own reader, and the reader keeps the
//! order of the walk.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
mod schedule;
#[cfg(test)]
mod tests;

pub use aggregate::{BookState, ReadingBook};
pub use command::ReadingBookCommand;
pub use error::ReadingBookError;
pub use event::{
    BookOpened, ReaderAssigned, ReadingBookEvent, RoundStarted, ScheduleSet, SubstituteNamed,
};
pub use process::{
    AssignReader, BookChanged, CloseReadingBook, NameSubstitute, OpenReadingBook, OrderBook,
    ScheduleBook, SetBookMeters, StartRound,
};
pub use schedule::{ReadingCycle, Schedule};
