//! 总分表: trees of meters, and what is lost in them.

mod mutation;
mod query;
mod types;

pub use mutation::MeterTreeMutation;
pub use query::MeterTreeQuery;
