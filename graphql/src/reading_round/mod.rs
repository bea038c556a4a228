//! Reading rounds, and what was not read in them.

mod mutation;
mod query;
mod reason;
mod subscription;
mod types;

pub use mutation::ReadingRoundMutation;
pub use query::ReadingRoundQuery;
pub(crate) use query::{find, read};
pub use reason::DelayReasonMutation;
pub use subscription::ReadingRoundSubscription;
pub(crate) use types::{Labels, ReadingRound};
