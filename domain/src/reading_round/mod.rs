//! Reading round (抄表批次): the walk through one book in one month, and why a meter on it could
//! not be read. That a meter was read is the meter's own fact.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::ReadingRound;
pub use command::ReadingRoundCommand;
pub use error::ReadingRoundError;
pub use event::{ReadingRoundEvent, RoundClosed, RoundOpened, UnreadReason, UnreadReasonRecorded};
pub use process::{
    CloseReadingRound, OpenReadingRound, RecordUnreadReason, RoundChanged, round_id,
};
