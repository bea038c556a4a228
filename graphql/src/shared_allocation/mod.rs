//! 公摊: who pays for what a common meter shows.

mod mutation;
mod query;
mod types;

pub use mutation::SharedAllocationMutation;
pub use query::SharedAllocationQuery;
