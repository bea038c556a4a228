//! 开账: from accepted readings to a bill, by way of rating.

mod change;
mod deduct;
mod error;
mod imported;
mod measure;
mod move_in;
mod move_out;
mod parallel;
mod process;
mod rebill;
mod replay;
mod simulate;
#[cfg(test)]
mod tests;
mod to_date;

pub(crate) use change::write_credit_note;
pub use change::{AdjustBill, BillAdjustment, BillChanged, ReissueBill, VoidBill, account_of};
pub use deduct::{DeductUsage, UsageDeducted};
pub(crate) use deduct::{deduct, payment_days};
pub use error::BillingError;
pub use imported::{BillImported, ImportBill, ImportedAs, ImportedLine};
pub use move_in::MoveIn;
pub use move_out::{
    ClearHolder, MoveOutSettled, OtherCharge, RefundWish, SettleMoveOut, certified,
};
pub use parallel::{BillCompared, BillDifference, CompareBill, ComparedSide, Refusal};
pub(crate) use process::require_ours;
pub use process::{BillIssued, BillPreview, IssueBill, PreviewBill};
pub use rebill::{PreviewRebilling, Rebill, RebillingPosted};
pub use replay::{BillReplayed, ReplayBill, ReplayedReading, ReplayedVersion};
pub use simulate::{ChangeBand, SimulateTariff, SimulatedAccount, SimulatedSum, Simulation};
