//! 工资代扣: which accounts have agreed to it, what was asked for, and what came of each row.

mod projector;
pub mod query;

pub use projector::PayrollProjector;
pub use query::{BatchKey, BatchRow, DeductionKey, DeductionRow, MandateRow, MoneyRow};
