//! 缴费: money that came in, what it was put against, and which receipts were given for it.

mod aggregate;
mod allocation;
mod command;
mod error;
mod event;
mod online;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{Payment, PaymentRecord};
pub use command::PaymentCommand;
pub use error::PaymentError;
pub use event::{
    Cheque, PaymentAllocation, PaymentCredit, PaymentEvent, PaymentMethod, PaymentRecorded,
    PaymentReversed, ReceiptGiven, ReceiptItem, ReceiptPart, ReceiptReprinted,
};
pub use online::BookOnline;
pub use process::{ChequeDetails, PaymentBooked, RecordPayment, ReversePayment};
