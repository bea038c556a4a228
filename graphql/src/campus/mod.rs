//! Campuses, their office hours, and the working calendar.

mod mutation;
mod query;
mod types;

pub use mutation::CampusMutation;
pub(crate) use mutation::{OfficeSpanInput, clock};
pub use query::CampusQuery;
pub use types::{Campus, OfficeSpan, WorkYear};
