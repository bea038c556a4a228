//! 退款, as they stand.

mod projector;
pub mod query;

pub use projector::RefundsProjector;
pub use query::{RefundFilter, RefundKey, RefundRow};
