//! 总分表与损耗: who is behind whom, and what got lost on the way.

mod loss;
mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use loss::{LossFilter, MeterLoss, SubUsage, losses};
pub use projector::MeterTreeProjector;
pub use query::{LimitsRow, TreeNode};
