//! Outage notices (停水停电通知): where, from when to when, and why.

mod aggregate;
mod error;
mod event;
mod month;
mod process;

pub use aggregate::{Outage, OutageCommand};
pub use error::OutageError;
pub use event::{OutageArea, OutageEvent, OutageMonthEvent, OutagePublished};
pub use month::{OutageMonth, OutageMonthCommand, months_of};
pub use process::{CancelOutage, ExtendOutage, OutageChanged, PublishOutage, RemindOfOutage};
