//! 公摊: what a common meter shows is paid by several accounts, by an agreement kept as dated data.
//!
//! The stream is that of the common meter, so that no two agreements over it can hold on one day. A
//! month is posted in one command: every share is a bill of its account, of its own kind, and either all
//! are there or none is.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
mod shares;
#[cfg(test)]
mod tests;

pub use aggregate::{Agreement, SharedAllocation};
pub use command::SharedAllocationCommand;
pub use error::SharedAllocationError;
pub use event::{
    AllocationAgreed, AllocationKey, AllocationMember, AllocationShare, AllocationSource,
    SharedAllocationEvent, SharesCancelled, SharesPosted,
};
pub use process::{
    AgreeAllocation, AllocationChanged, CancelShares, EndAllocation, MeasureLoss, PostShares,
    PreviewShares,
};
pub use shares::LossKnown;
