//! 计量点档案: places, checks on site, ways of reading.

mod mutation;
mod query;
mod types;

pub use mutation::MeteringPointMutation;
pub(crate) use mutation::position;
pub use query::MeteringPointQuery;
