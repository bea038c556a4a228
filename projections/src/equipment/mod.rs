//! 设备台账: models, pieces, and which meters are due to be verified or exchanged.

mod due;
mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use due::{DueFilter, DueKey, DueRow, due};
pub use projector::EquipmentProjector;
pub use query::{CycleRow, ItemFilter, ItemRow, ModelRow};
