//! The working calendar: State Council lists as data, and the deadlines that rest on them.
//!
//! A list is issued for one year at a time, so every answer says whether it is **provisional**:
//! whether it looked into a year whose list is not loaded. There it presumes weekends off, and
//! whatever date was off in every year that is loaded.

mod deadline;
mod error;
mod office;
#[cfg(test)]
mod tests;
mod work_calendar;
mod year;

pub use deadline::{ReplyMode, ServiceSla};
pub use error::CalendarError;
pub use office::{OfficeHours, OfficeSpan};
pub use work_calendar::{Reckoned, WorkCalendar};
pub use year::{CalendarYear, shipped_years};
