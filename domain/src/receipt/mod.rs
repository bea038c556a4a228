//! 收据: numbers without a gap within each campus and year, and who may be given one.

mod aggregate;
mod command;
mod error;
mod event;
mod invoice;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::ReceiptBook;
pub use command::ReceiptBookCommand;
pub use error::ReceiptError;
pub use event::ReceiptBookEvent;
pub use invoice::{ExchangeForInvoice, InvoiceChanged, ReverseInvoice};
pub(crate) use process::payment_of;
pub use process::{
    IssueReceipt, ReceiptBooked, ReceiptCopied, ReprintReceipt, TakeReceiptBack, receipt_claim,
};
