//! Outage notices, for everybody and for those who are concerned.

mod projector;
mod query;
#[cfg(test)]
mod tests;

pub use projector::OutagesProjector;
pub use query::{AUDIENCE_OF, OutageFilter, OutageKey, OutageRow, Reach, audience, by_id, outages};
