//! 谁开账: who makes which campus's bills from which month on.

mod projector;
pub mod query;

pub use projector::BillingMastersProjector;
pub use query::MasterRow;
