//! 平台对接: where readings of other platforms are fetched from by themselves.

mod mutation;
mod query;
mod types;

pub use mutation::ConnectorMutation;
pub use query::ConnectorQuery;
