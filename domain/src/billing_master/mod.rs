//! 谁开账 (R91): from which month the charging system (收费系统) makes a campus's bills, and from which
//! month this centre does. It is one or the other, for every account and month.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{BillingMasters, Mastery};
pub use command::BillingMasterCommand;
pub use error::BillingMasterError;
pub use event::{BillingMaster, BillingMasterEvent, BillingMasterSet};
pub use process::{MasterChanged, SetBillingMaster, mastery, ours_since};
