use super::MonthRecorded;
use crate::units::{BillingMonth, ImportBatchId};

#[derive(Clone, Debug)]
pub enum HistoricUsageCommand {
    Record(MonthRecorded),
    /// Only what that file brought.
    Withdraw {
        month: BillingMonth,
        batch: ImportBatchId,
    },
}
