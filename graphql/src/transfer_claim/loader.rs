use chaobiao_projections::transfer_claims;

use crate::support::many;

many! {
    /// The claims that wait for an account, by its number.
    WaitingOf, transfer_claims::WaitingClaim, transfer_claims::query::waiting_for, account_no;
}
