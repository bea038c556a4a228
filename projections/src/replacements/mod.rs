//! 换表记录: every device that took another's place, and why.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ReplacementsProjector;
pub use query::{Replacement, ReplacementFilter, ReplacementKey};
