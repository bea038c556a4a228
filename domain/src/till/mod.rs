//! 钱箱与日结: what one cashier takes on one campus on one day, counted, signed, approved by somebody
//! else, and the month closed when all of it is.

mod aggregate;
mod command;
mod error;
mod event;
mod month;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{Till, TillRecord, TillState};
pub use command::TillCommand;
pub use error::TillError;
pub use event::{MethodCount, TillEvent, TillMethod, TillSigned};
pub use month::{CashMonth, CashMonthCommand, CashMonthError, CashMonthEvent, cash_month_id};
pub(crate) use process::refund;
pub use process::{
    ApproveTill, CloseCashMonth, CountedAmount, ReopenTill, SignTill, TillChanged, put_in, take_out,
};
