//! Messages to people: what became of each, and what is done about one that did not arrive.

mod mutation;
mod query;
mod types;

pub use mutation::MessageMutation;
pub use query::MessageQuery;
