//! 减免与核销: what a bill asks for is given up, though it was right. One asks for it, another
//! approves; it can be taken back once. A credit note (调减), which lowers a bill that was wrong, is
//! asked for and approved the same way.

mod aggregate;
mod command;
mod error;
mod event;
#[cfg(test)]
pub(crate) mod fixture;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{Waiver, WaiverRecord, WaiverState};
pub use command::WaiverCommand;
pub use error::WaiverError;
pub use event::{Concession, WaiverEvent, WaiverRequested};
pub use process::{ApproveWaiver, RejectWaiver, RequestWaiver, ReverseWaiver, WaiverChanged};
