//! 对应关系: the numbers meters are known by elsewhere.

mod mutation;
mod query;
mod types;

pub use mutation::MeterMappingMutation;
pub use query::MeterMappingQuery;
