//! 账户对账单: an account's bills, payments and credit as one timeline.

mod projector;
pub mod query;
mod row;
#[cfg(test)]
mod tests;

pub use projector::AccountStatementProjector;
pub use query::{
    AccountSummary, BillFilter, BillOrderBy, NoteRow, PayableMeter, StatementBill, StatementEntry,
    StatementLineRow,
};
pub use row::ShareRow;
