//! 条码标签: printing, exchanging, scanning.

mod mutation;
mod query;
mod types;

pub use mutation::MeterLabelMutation;
pub use query::MeterLabelQuery;
