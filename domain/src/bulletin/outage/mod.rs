//! Outage notices (停水停电通知): where, from when to when, and why.

mod aggregate;
mod error;
mod event;
mod process;

pub use aggregate::{Outage, OutageCommand};
pub use error::OutageError;
pub use event::{OutageArea, OutageEvent, OutagePublished};
pub use process::{CancelOutage, ExtendOutage, OutageChanged, PublishOutage, RemindOfOutage};
