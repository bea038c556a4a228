//! 总账: immutable double entry, derived from events. It keeps no history of its own: every line
//! follows from one event, and every event's lines balance (X11).

mod chart;
mod postings;
#[cfg(test)]
mod tests;

pub use chart::{LedgerAccount, Posting, is_balanced};
pub use postings::{
    of_account, of_bank_line, of_clearing, of_payment, of_payroll_match, of_refund, reversed,
};
