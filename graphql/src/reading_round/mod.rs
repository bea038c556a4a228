//! Reading rounds, and what was not read in them.

mod mutation;
mod query;
mod subscription;
mod types;

pub use mutation::ReadingRoundMutation;
pub use query::ReadingRoundQuery;
pub use subscription::ReadingRoundSubscription;
