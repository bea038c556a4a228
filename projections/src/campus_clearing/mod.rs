//! 跨校区往来: what campuses owe each other for money they have taken, by month.

mod projector;
pub mod query;

pub use projector::CampusClearingProjector;
pub use query::ClearingRow;
