//! What of a bill was paid where: here, or to the charging system that made it (R91).

use super::{Ledger, LedgerBill};
use crate::account::bill::{BillShare, CommodityAmount};
use crate::account::sums::{amount_of, plus, sum};
use crate::units::{BillNo, Fen};

impl LedgerBill {
    /// What of it was paid to the charging system.
    pub fn paid_there(&self) -> Fen {
        plus(sum(&self.there), self.late_fee_there)
    }

    /// The same as a share; `None` where nothing was.
    pub(in crate::account) fn share_there(&self) -> Option<BillShare> {
        let amount = self.paid_there();
        let parts = self.there.iter().filter(|part| !part.amount.is_zero());
        amount.is_positive().then(|| BillShare {
            bill_no: self.bill_no.clone(),
            month: self.month,
            amount,
            parts: parts.cloned().collect(),
            late_fee: Some(self.late_fee_there).filter(|fee| fee.is_positive()),
        })
    }
}

impl Ledger {
    /// What payments taken here have paid of a bill.
    pub(in crate::account) fn paid_here(&self, bill_no: &BillNo) -> Fen {
        let shares = self.payments.values().flat_map(|payment| &payment.bills);
        let of_bill = shares.filter(|share| share.bill_no == *bill_no);
        of_bill.fold(Fen::ZERO, |sum, share| plus(sum, share.amount))
    }

    pub(super) fn change_there(&mut self, share: &BillShare, change: fn(Fen, Fen) -> Fen) {
        let Some(bill) = self.bills.get_mut(&share.bill_no) else {
            return;
        };
        for part in &share.parts {
            let before = amount_of(&bill.there, part.commodity);
            bill.there.retain(|it| it.commodity != part.commodity);
            bill.there.push(CommodityAmount {
                commodity: part.commodity,
                amount: change(before, part.amount),
            });
        }
        bill.late_fee_there = change(bill.late_fee_there, share.late_fee());
    }
}
