//! The bank's statement: its lines, and what becomes of them.

mod mutation;
mod query;
mod types;

pub use mutation::BankLineMutation;
pub use query::BankLineQuery;
pub(crate) use query::find as find_line;
pub(crate) use types::BankLine;
