//! 关账: a campus's month is closed once. Nothing is billed in it or made void in it afterwards; what
//! turns out to be wrong is booked in the next month that is open.

mod aggregate;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::BillingMonthBooks;
pub use error::BillingMonthError;
pub use event::{BillingMonthEvent, MonthClosed};
pub use process::{CloseMonth, booked_in, books_of, open_run, require_open};
