//! 抄表日志: one outing of a reader, with what was worth writing down on the way (R78).

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::ReadingSession;
pub use command::ReadingSessionCommand;
pub use error::ReadingSessionError;
pub use event::{ReadingSessionEvent, SessionFinished, SessionNote, SessionStarted};
pub use process::{AddSessionNote, FinishSession, SessionChanged, StartSession};
