//! 退款: money an account holds is given back. One asks for it, another approves, and it is paid in
//! cash from a till or by the bank.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{Refund, RefundRecord, RefundState};
pub use command::RefundCommand;
pub use error::RefundError;
pub use event::{RefundEvent, RefundMethod, RefundPaid, RefundRequested};
pub use process::{
    ApproveRefund, PayRefund, RefundChanged, RejectRefund, RequestRefund, ReturnRefund,
};
