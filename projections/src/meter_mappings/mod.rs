//! 对应关系: every number a meter is or was known by, with its dates.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::MeterMappingsProjector;
pub use query::{MappingFilter, MappingKey, MappingKind, MappingRow};
