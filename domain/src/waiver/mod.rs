//! 减免与核销: what a bill asks for is given up, though it was right. One asks for it, another
//! approves; it can be taken back once.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{Waiver, WaiverRecord, WaiverState};
pub use command::WaiverCommand;
pub use error::WaiverError;
pub use event::{WaiverEvent, WaiverRequested};
pub use process::{ApproveWaiver, RejectWaiver, RequestWaiver, ReverseWaiver, WaiverChanged};
