//! Import profiles (导入方案) as they are now, and as they were.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ImportProfilesProjector;
pub use query::{ProfileRow, ProfileVersionRow};
