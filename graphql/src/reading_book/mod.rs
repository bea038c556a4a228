//! Reading books: meters in the order of a walk, when it is due, and who makes it.

mod mutation;
mod query;
mod types;

pub use mutation::ReadingBookMutation;
pub use query::ReadingBookQuery;
