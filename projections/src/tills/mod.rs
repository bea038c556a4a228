//! 日结: tills of cashiers, as booked and as counted, and which months are closed.

mod projector;
pub mod query;

pub use projector::TillsProjector;
pub use query::{ClosedMonth, TillFilter, TillKey, TillRow};
