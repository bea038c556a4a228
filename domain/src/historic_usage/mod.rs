//! 历史用量: what a meter used before this system knew it, as the charging system kept it (R88).
//!
//! It is shown beside what was metered here and compared with it. It is no reading, so no bill can
//! ever rest on it; and it is refused for a month that was metered here, so nothing counts twice.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::HistoricUsage;
pub use command::HistoricUsageCommand;
pub use error::HistoricUsageError;
pub use event::{HistoricUsageEvent, MonthRecorded};
pub use process::{HistoryRecorded, RecordHistoricUsage, WithdrawHistoricUsage};
