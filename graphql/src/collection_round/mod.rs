//! 上门收费: rounds from door to door.

mod mutation;
mod query;
mod types;

pub use mutation::CollectionRoundMutation;
pub use query::CollectionRoundQuery;
