//! 跨校区往来: what one campus has taken for accounts of another, month by month, until it is settled.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{CampusClearing, ClearingId};
pub use command::ClearingCommand;
pub use error::ClearingError;
pub use event::{ClearingEvent, ClearingSettled};
pub use process::SettleClearing;
