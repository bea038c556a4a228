//! 关账: which campuses' months are closed.

mod projector;
pub mod query;

pub use projector::BillingMonthsProjector;
pub use query::ClosedMonth;
