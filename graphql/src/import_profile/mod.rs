//! Import profiles: how vendors' files are read, as data.

mod mutation;
mod query;
mod types;

pub use mutation::ImportProfileMutation;
pub use query::ImportProfileQuery;
