//! 开账批次: a run over the accounts of a month, from its start to its end (R23, R91).
//!
//! The bills are commands of their accounts. This stream keeps who asked for which, how far the run
//! has come and what it came to, so that one cut off is carried on and an old one can be explained.

mod aggregate;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{BILLING_RUN_TOLD_MAX, BillingRun, BillingRunCommand, BillingRunRecord};
pub use error::BillingRunError;
pub use event::{
    BillingCounts, BillingRunAdvanced, BillingRunEvent, BillingRunStarted, RefusedAccount,
};
pub use process::{AdvanceBillingRun, LookUpBillingRun, StartBillingRun};
