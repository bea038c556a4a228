//! 未抄原因: why meters are not read, as a list the centre keeps itself.
//!
//! The five reasons every centre knows are there from the start; further ones are defined, any of
//! them may be retired, and a retired one stays readable in what was recorded before.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{DelayReason, DelayReasons};
pub use command::DelayReasonsCommand;
pub use error::DelayReasonsError;
pub use event::{DelayReasonDefined, DelayReasonsEvent};
pub use process::{DefineDelayReason, DelayReasonChanged, RetireDelayReason};
