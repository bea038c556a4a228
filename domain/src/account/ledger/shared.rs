//! Bills over shares of a common meter's usage (公摊) beside those of the account's own meters.

use super::{Ledger, LedgerBill};
use crate::units::BillingMonth;

impl LedgerBill {
    /// Whether it is a share of a common meter's usage.
    pub const fn is_shared(&self) -> bool {
        self.shared
    }
}

impl Ledger {
    pub(super) fn of_own_meters(&self) -> impl Iterator<Item = &LedgerBill> {
        self.bills.values().filter(|bill| !bill.shared)
    }

    /// How many shares were charged for a month, void bills included.
    pub fn times_shared(&self, month: BillingMonth) -> usize {
        let shared = self.bills.values().filter(|bill| bill.shared);
        shared.filter(|bill| bill.month == month).count()
    }
}
