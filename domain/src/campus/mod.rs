//! Campuses (校区) and when their offices are open.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::Campus;
pub use command::CampusCommand;
pub use error::CampusError;
pub use event::{CampusEvent, CampusOpened, OfficeContact};
pub use process::{CampusChanged, OpenCampus, SetOfficeContact, SetOfficeHours, require_campus};
