//! 条码标签: which meters have one, what was printed together, and what scanners read.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::MeterLabelsProjector;
pub use query::{LabelBatch, LabelFilter, LabelKey, LabelRow, LabelState, PrintedLabel, ScanRow};
