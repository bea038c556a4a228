//! 开账: from accepted readings to a bill, by way of rating.

mod error;
mod measure;
mod process;
mod run;
#[cfg(test)]
mod tests;

pub use error::BillingError;
pub use process::{BillIssued, BillPreview, IssueBill, PreviewBill};
pub use run::StartBillingRun;
