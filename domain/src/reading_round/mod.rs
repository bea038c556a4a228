//! Reading round (抄表批次): the walk through one book in one cycle, who walks it, and why a meter on
//! it could not be read. That a meter was read is the meter's own fact.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{ReadingRound, Walk};
pub use command::ReadingRoundCommand;
pub use error::ReadingRoundError;
pub use event::{
    ConflictSettled, FieldConflict, ReadingRoundEvent, RoundAssigned, RoundClosed, RoundOpened,
    UnreadReason, UnreadReasonRecorded, VisitRecorded,
};
pub use process::{
    AssignRound, CloseReadingRound, OpenReadingRound, RecordUnreadReason, RecordVisit,
    RoundChanged, round_id,
};
