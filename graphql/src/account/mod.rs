//! Accounts: who they are, what they owe and what they have paid.

mod charges;
mod known_bill;
mod loader;
mod mutation;
mod query;
mod statement;
mod types;

pub use charges::ChargesQuery;
pub use mutation::AccountMutation;
pub use query::AccountQuery;
pub(crate) use query::find as find_account;
pub use types::{Account, AccountClass};
