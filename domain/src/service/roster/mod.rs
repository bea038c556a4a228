//! Rosters (上门排班): when a member of staff can be visited by, one stream a day.

mod aggregate;
mod error;
mod event;
mod process;

pub use aggregate::{RosterCommand, VisitRoster};
pub use error::RosterError;
pub use event::{RosterEvent, RosterSlot};
pub use process::{BookedSlot, DayRostered, SetRosterDay};
pub(super) use process::{free_slot, take_slot};
