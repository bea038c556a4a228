//! 预收费: how accounts pay, how low their money is, and whether they are supplied.

mod mutation;
mod query;
mod types;

use chaobiao_projections::prepaid;

pub use mutation::PrepaidMutation;
pub use query::PrepaidQuery;
pub use types::PrepaidAccount;

use crate::support::many;

many! {
    /// How an account pays before, by its number.
    PrepaidOf, prepaid::PrepaidRow, prepaid::query::of_accounts, account_no;
}
