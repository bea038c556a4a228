//! 与收费系统对账: what was compared, and what differs.

mod projector;
pub mod query;

pub use projector::BillReconciliationsProjector;
pub use query::{DifferenceRow, ReconciliationRow};
