use chaobiao_projections::account_statement;

use crate::support::many;

many! {
    /// Where an account stands, by its number.
    SummaryOf, account_statement::AccountSummary, account_statement::query::accounts, account_no;
    /// The meters an account pays or paid for, by its number.
    MetersOf, account_statement::PayableMeter, account_statement::query::meters, account_no;
}
