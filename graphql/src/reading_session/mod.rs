//! The session log: a reader's outing, and what was written down on the way.

mod mutation;
mod query;
mod types;

pub use mutation::ReadingSessionMutation;
pub use query::ReadingSessionQuery;
