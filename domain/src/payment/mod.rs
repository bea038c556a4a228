//! 缴费: money that came in, what it was put against, and which receipts were given for it.

mod aggregate;
mod allocation;
mod booking;
mod command;
mod error;
mod event;
mod invoice;
mod late_fees;
mod process;
#[cfg(test)]
mod tests;
mod undo;

pub use aggregate::{ChequeState, Payment, PaymentRecord};
pub use booking::{Booking, ChequeDetails, PaymentBooked, book};
pub use command::PaymentCommand;
pub use error::PaymentError;
pub use event::{
    CampusShare, Cheque, ChequeBounced, ChequeCleared, InvoiceExchanged, InvoiceReversed,
    PaymentAllocation, PaymentCredit, PaymentEvent, PaymentMethod, PaymentRecorded,
    PaymentReversed, ReceiptGiven, ReceiptItem, ReceiptPart, ReceiptReprinted, ReceiptTakenBack,
    RedReason, TransferVoucher,
};
pub(crate) use late_fees::late_fees;
pub use process::{
    BounceCheque, ClearCheque, RecordDeposit, RecordInternalTransfer, RecordPayment, ReversePayment,
};
pub(crate) use undo::bills_of;
pub use undo::{UndoCause, undo};
