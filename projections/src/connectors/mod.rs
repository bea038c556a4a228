//! Where readings of other platforms are fetched from, and how that goes (平台对接).

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ConnectorsProjector;
pub use query::{ConnectorRow, RunRow};
