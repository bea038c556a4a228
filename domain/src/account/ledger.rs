use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bill::{Bill, BillShare, CommodityAmount};
use super::error::AccountError;
use super::event::AccountEvent;
use super::note::Note;
use crate::units::{BillNo, BillingMonth, Commodity, Fen, PaymentId};

/// What is owed and what was paid, bill by bill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    bills: BTreeMap<BillNo, LedgerBill>,
    payments: BTreeMap<PaymentId, PaymentShare>,
    /// Oldest first; used up in that order.
    credit: Vec<CreditLot>,
}

/// A bill and what is still open of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerBill {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// As issued.
    pub total: Fen,
    /// As issued and as notes have changed it since, by commodity.
    standing: Vec<CommodityAmount>,
    open: Vec<CommodityAmount>,
    notes: u32,
    noticed: bool,
    void: bool,
}

/// What one payment did to this account, as far as it is not undone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PaymentShare {
    pub bills: Vec<BillShare>,
}

/// What is left of one overpayment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditLot {
    pub payment_id: PaymentId,
    pub left: Fen,
}

impl LedgerBill {
    pub const fn is_void(&self) -> bool {
        self.void
    }

    /// What the bill asks for in all, notes included; nothing once it is void.
    pub fn standing_total(&self) -> Fen {
        self.standing
            .iter()
            .fold(Fen::ZERO, |sum, part| plus(sum, part.amount))
    }

    pub(super) fn standing(&self) -> &[CommodityAmount] {
        &self.standing
    }

    pub(super) fn standing_part(&self, commodity: Commodity) -> Fen {
        amount_of(&self.standing, commodity)
    }

    /// How many notes have been written on it.
    pub const fn notes(&self) -> u32 {
        self.notes
    }

    /// Whether it costs something, and no notice has said so.
    pub(super) fn needs_notice(&self) -> bool {
        !self.noticed && self.standing_total().is_positive()
    }

    pub fn open(&self) -> Fen {
        self.open
            .iter()
            .fold(Fen::ZERO, |sum, part| plus(sum, part.amount))
    }

    fn open_part(&self, commodity: Commodity) -> Fen {
        amount_of(&self.open, commodity)
    }

    /// `amount` shared out over the commodities as they are open; `None` unless it fits.
    pub fn share(&self, amount: Fen) -> Option<BillShare> {
        if !amount.is_positive() || amount > self.open() {
            return None;
        }
        let weights: Vec<Fen> = self.open.iter().map(|part| part.amount).collect();
        let parts = self.open.iter().zip(split(amount, &weights));
        let parts = parts
            .map(|(part, amount)| CommodityAmount {
                commodity: part.commodity,
                amount,
            })
            .filter(|part| !part.amount.is_zero())
            .collect();
        Some(BillShare {
            bill_no: self.bill_no.clone(),
            month: self.month,
            amount,
            parts,
        })
    }
}

impl Ledger {
    pub fn bill(&self, bill_no: &BillNo) -> Option<&LedgerBill> {
        self.bills.get(bill_no)
    }

    /// All of them, paid ones included, by month.
    pub fn bills(&self) -> Vec<&LedgerBill> {
        let mut bills: Vec<&LedgerBill> = self.bills.values().collect();
        bills.sort_by_key(|bill| bill.month);
        bills
    }

    pub fn bill_of(&self, month: BillingMonth) -> Option<&LedgerBill> {
        self.standing().find(|bill| bill.month == month)
    }

    pub fn last_billed(&self) -> Option<BillingMonth> {
        self.standing().map(|bill| bill.month).max()
    }

    /// How many times a month was billed, void bills included.
    pub fn times_billed(&self, month: BillingMonth) -> usize {
        self.bills
            .values()
            .filter(|bill| bill.month == month)
            .count()
    }

    fn standing(&self) -> impl Iterator<Item = &LedgerBill> {
        self.bills.values().filter(|bill| !bill.void)
    }

    /// Oldest first.
    pub fn open_bills(&self) -> Vec<&LedgerBill> {
        let mut open: Vec<&LedgerBill> = self
            .bills
            .values()
            .filter(|bill| bill.open().is_positive())
            .collect();
        open.sort_by(|one, other| (one.month, &one.bill_no).cmp(&(other.month, &other.bill_no)));
        open
    }

    pub fn open_amount(&self) -> Fen {
        self.bills
            .values()
            .fold(Fen::ZERO, |sum, bill| plus(sum, bill.open()))
    }

    /// Whether anything was ever booked.
    pub(super) fn has_entries(&self) -> bool {
        !self.bills.is_empty() || !self.payments.is_empty()
    }

    pub fn credit(&self) -> Fen {
        self.credit
            .iter()
            .fold(Fen::ZERO, |sum, lot| plus(sum, lot.left))
    }

    /// What is left when all that is open is paid from credit; below nothing, what is owed.
    pub fn balance(&self) -> Fen {
        let (credit, open) = (self.credit().value(), self.open_amount().value());
        Fen::new(credit.saturating_sub(open))
    }

    pub(super) fn knows_payment(&self, payment_id: &PaymentId) -> bool {
        self.payments.contains_key(payment_id)
    }

    /// Refuses what would carry the account's sums past what an amount can hold.
    pub(super) fn check_room(&self, amount: Fen) -> Result<(), AccountError> {
        Fen::checked_sum([self.open_amount(), self.credit(), amount])
            .map(|_| ())
            .ok_or(AccountError::Overflow)
    }

    pub(super) fn share(&self, bill_no: &BillNo, amount: Fen) -> Result<BillShare, AccountError> {
        let bill = self
            .bill(bill_no)
            .ok_or_else(|| AccountError::BillUnknown(bill_no.clone()))?;
        bill.share(amount)
            .ok_or_else(|| AccountError::ShareNotCovered(bill_no.clone()))
    }

    /// The next piece of credit to be put against an open bill, if there are both.
    pub(super) fn next_credit(&self) -> Option<(PaymentId, BillShare)> {
        let lot = self.credit.first()?;
        let bill = self.open_bills().into_iter().next()?;
        let share = bill.share(lot.left.min(bill.open()))?;
        Some((lot.payment_id.clone(), share))
    }

    /// What undoing a payment would take back: the bills it paid, and its credit still left.
    pub(super) fn undo(&self, payment_id: &PaymentId) -> Option<(Vec<BillShare>, Fen)> {
        let payment = self.payments.get(payment_id)?;
        let left = self.credit.iter().find(|lot| lot.payment_id == *payment_id);
        Some((
            payment.bills.clone(),
            left.map_or(Fen::ZERO, |lot| lot.left),
        ))
    }

    /// The payments whose money has to go before so much of a bill, by commodity, is open.
    pub(super) fn paid_beyond(
        &self,
        bill_no: &BillNo,
        parts: &[CommodityAmount],
    ) -> Result<Vec<(PaymentId, BillShare)>, AccountError> {
        let bill = self.bill(bill_no);
        let bill = bill.ok_or_else(|| AccountError::BillUnknown(bill_no.clone()))?;
        let mut missing: Vec<CommodityAmount> = parts
            .iter()
            .map(|part| CommodityAmount {
                commodity: part.commodity,
                amount: minus(part.amount, bill.open_part(part.commodity)).max(Fen::ZERO),
            })
            .collect();
        let mut released = Vec::new();
        for (payment_id, payment) in &self.payments {
            for share in payment.bills.iter().filter(|it| it.bill_no == *bill_no) {
                let mut taken = Vec::new();
                for missing in &mut missing {
                    let amount = amount_of(&share.parts, missing.commodity).min(missing.amount);
                    if amount.is_positive() {
                        missing.amount = minus(missing.amount, amount);
                        let commodity = missing.commodity;
                        taken.push(CommodityAmount { commodity, amount });
                    }
                }
                if !taken.is_empty() {
                    let amount = sum(&taken);
                    let bill = BillShare {
                        bill_no: bill_no.clone(),
                        month: share.month,
                        amount,
                        parts: taken,
                    };
                    released.push((payment_id.clone(), bill));
                }
            }
        }
        Ok(released)
    }

    /// What an event does to the money; most do nothing.
    pub(super) fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::Charged(bill) => self.charge(bill),
            AccountEvent::PaymentAllocated { payment_id, bill } => {
                self.allocate(payment_id.clone(), bill.clone());
            }
            AccountEvent::CreditAdded { payment_id, amount } => {
                self.add_credit(payment_id.clone(), *amount);
            }
            AccountEvent::CreditApplied { payment_id, bill } => {
                self.apply_credit(payment_id.clone(), bill.clone());
            }
            AccountEvent::PaymentReversed {
                payment_id, bills, ..
            } => self.reverse(payment_id, bills),
            AccountEvent::PaymentReleased { payment_id, bill } => self.release(payment_id, bill),
            AccountEvent::BillAdjusted(note) => self.note(note),
            AccountEvent::Rebilled(rebilling) => {
                for note in rebilling.notes() {
                    self.note(note);
                }
            }
            AccountEvent::BillVoided(voided) => self.void(&voided.bill_no),
            AccountEvent::NoticeIssued(notice) => {
                if let Some(bill) = self.bills.get_mut(&notice.bill_no) {
                    bill.noticed = true;
                }
            }
            _ => {}
        }
    }

    fn charge(&mut self, bill: &Bill) {
        let parts = bill.by_commodity().unwrap_or_default();
        let entry = LedgerBill {
            bill_no: bill.bill_no.clone(),
            month: bill.month,
            total: bill.total,
            standing: parts.clone(),
            open: parts,
            notes: 0,
            noticed: false,
            void: false,
        };
        self.bills.insert(bill.bill_no.clone(), entry);
    }

    pub(super) fn allocate(&mut self, payment_id: PaymentId, share: BillShare) {
        self.change_open(&share, minus);
        self.payments
            .entry(payment_id)
            .or_default()
            .bills
            .push(share);
    }

    fn add_credit(&mut self, payment_id: PaymentId, amount: Fen) {
        self.payments.entry(payment_id.clone()).or_default();
        self.credit.push(CreditLot {
            payment_id,
            left: amount,
        });
    }

    fn apply_credit(&mut self, payment_id: PaymentId, share: BillShare) {
        if let Some(lot) = self
            .credit
            .iter_mut()
            .find(|lot| lot.payment_id == payment_id)
        {
            lot.left = minus(lot.left, share.amount);
        }
        self.credit.retain(|lot| !lot.left.is_zero());
        self.allocate(payment_id, share);
    }

    fn reverse(&mut self, payment_id: &PaymentId, bills: &[BillShare]) {
        for share in bills {
            self.change_open(share, plus);
        }
        self.credit.retain(|lot| lot.payment_id != *payment_id);
        self.payments.remove(payment_id);
    }

    /// Money leaves a bill for the payment's own credit.
    fn release(&mut self, payment_id: &PaymentId, share: &BillShare) {
        self.change_open(share, plus);
        let Some(payment) = self.payments.get_mut(payment_id) else {
            return;
        };
        for part in &share.parts {
            let mut rest = part.amount;
            let paid = payment
                .bills
                .iter_mut()
                .filter(|bill| bill.bill_no == share.bill_no)
                .flat_map(|bill| &mut bill.parts)
                .filter(|paid| paid.commodity == part.commodity);
            for paid in paid {
                let taken = rest.min(paid.amount);
                paid.amount = minus(paid.amount, taken);
                rest = minus(rest, taken);
            }
        }
        for bill in &mut payment.bills {
            bill.parts.retain(|part| !part.amount.is_zero());
            bill.amount = sum(&bill.parts);
        }
        payment.bills.retain(|bill| !bill.amount.is_zero());
        let lot = self
            .credit
            .iter_mut()
            .find(|it| it.payment_id == *payment_id);
        match lot {
            Some(lot) => lot.left = plus(lot.left, share.amount),
            None => self.credit.push(CreditLot {
                payment_id: payment_id.clone(),
                left: share.amount,
            }),
        }
    }

    fn note(&mut self, note: &Note) {
        if let Some(bill) = self.bills.get_mut(&note.bill_no) {
            bill.notes += 1;
            for part in &note.parts {
                add_part(&mut bill.standing, part);
                add_part(&mut bill.open, part);
            }
        }
    }

    fn void(&mut self, bill_no: &BillNo) {
        if let Some(bill) = self.bills.get_mut(bill_no) {
            bill.void = true;
            bill.standing.clear();
            bill.open.clear();
        }
    }

    fn change_open(&mut self, share: &BillShare, change: fn(Fen, Fen) -> Fen) {
        let Some(bill) = self.bills.get_mut(&share.bill_no) else {
            return;
        };
        for part in &share.parts {
            let same = |open: &&mut CommodityAmount| open.commodity == part.commodity;
            if let Some(open) = bill.open.iter_mut().find(same) {
                open.amount = change(open.amount, part.amount);
            }
        }
    }
}

fn amount_of(parts: &[CommodityAmount], commodity: Commodity) -> Fen {
    parts
        .iter()
        .filter(|part| part.commodity == commodity)
        .fold(Fen::ZERO, |sum, part| plus(sum, part.amount))
}

fn sum(parts: &[CommodityAmount]) -> Fen {
    parts
        .iter()
        .fold(Fen::ZERO, |sum, part| plus(sum, part.amount))
}

/// Nothing falls below nothing: what a note takes was made free before it.
fn add_part(parts: &mut Vec<CommodityAmount>, added: &CommodityAmount) {
    match parts
        .iter_mut()
        .find(|part| part.commodity == added.commodity)
    {
        Some(part) => part.amount = plus(part.amount, added.amount).max(Fen::ZERO),
        None => parts.push(CommodityAmount {
            commodity: added.commodity,
            amount: added.amount.max(Fen::ZERO),
        }),
    }
}

/// Sums of what `handle` has let in cannot leave the range: it checks the room first.
fn plus(one: Fen, other: Fen) -> Fen {
    one.checked_add(other).unwrap_or(Fen::new(i64::MAX))
}

fn minus(one: Fen, other: Fen) -> Fen {
    one.checked_sub(other).unwrap_or(Fen::ZERO)
}

/// Shares `amount` out by weight: whole fen by largest remainder, ties to the first.
fn split(amount: Fen, weights: &[Fen]) -> Vec<Fen> {
    let total: i128 = weights
        .iter()
        .map(|weight| i128::from(weight.value()))
        .sum();
    if total == 0 {
        return vec![Fen::ZERO; weights.len()];
    }
    let exact = weights
        .iter()
        .map(|weight| i128::from(amount.value()) * i128::from(weight.value()));
    let mut shares: Vec<(i128, i128)> = exact
        .map(|product| (product / total, product % total))
        .collect();
    let given: i128 = shares.iter().map(|(share, _)| share).sum();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|&position| (-shares[position].1, position));
    let mut rest = i128::from(amount.value()) - given;
    for position in order {
        if rest > 0 {
            shares[position].0 += 1;
            rest -= 1;
        }
    }
    // A share is never larger than `amount`, which fits.
    shares
        .into_iter()
        .map(|(share, _)| Fen::new(i64::try_from(share).unwrap_or(0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(values: &[i64]) -> Vec<Fen> {
        values.iter().copied().map(Fen::new).collect()
    }

    #[test]
    fn a_split_is_exact_and_gives_ties_to_the_first() {
        assert_eq!(split(Fen::new(100), &fen(&[1, 1, 1])), fen(&[34, 33, 33]));
        assert_eq!(split(Fen::new(1), &fen(&[1, 3])), fen(&[0, 1]));
        assert_eq!(split(Fen::new(5), &fen(&[0, 5])), fen(&[0, 5]));
        assert_eq!(
            split(Fen::new(i64::MAX), &fen(&[i64::MAX / 2, i64::MAX / 2 + 1])),
            fen(&[i64::MAX / 2, i64::MAX / 2 + 1])
        );
    }
}
