//! 银行流水: lines of the centre's bank statement, each booked once at most.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{BankLine, BankLineRecord, LineState};
pub use command::BankLineCommand;
pub use error::BankLineError;
pub use event::{BankLineEntered, BankLineEvent, PayrollShare};
pub use process::{
    BankLineGiven, BookBankLine, EnterBankLines, HoldBankLine, LineReturned, LineVerdict,
    LinesEntered, ReturnBankLine,
};
