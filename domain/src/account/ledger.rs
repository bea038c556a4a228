mod shared;
mod there;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bill::{Bill, BillShare, CommodityAmount};
use super::error::AccountError;
use super::event::AccountEvent;
use super::funds::{AccountRefund, Funds, PaymentLot, Purse, give, take};
use super::note::Note;
use super::sums::{add_part, amount_of, minus, plus, split, sum};
use crate::units::{BillNo, BillingMonth, Commodity, Fen, PaymentId};

/// What is owed and what was paid, bill by bill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    bills: BTreeMap<BillNo, LedgerBill>,
    payments: BTreeMap<PaymentId, PaymentShare>,
    /// Oldest first; used up in that order.
    credit: Vec<CreditLot>,
    #[serde(default)]
    funds: Funds,
    /// Which holder the account has; 0 is the first.
    #[serde(default)]
    holder: u32,
}

/// A bill and what is still open of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any may go with any"
)]
pub struct LedgerBill {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    /// As issued.
    pub total: Fen,
    /// As issued and as notes have changed it since, by commodity.
    standing: Vec<CommodityAmount>,
    open: Vec<CommodityAmount>,
    /// 滞纳金 asked so far, waived or not.
    #[serde(default)]
    late_fee: Fen,
    #[serde(default)]
    late_fee_open: Fen,
    notes: u32,
    noticed: bool,
    void: bool,
    #[serde(default)]
    holder: u32,
    /// Made by the charging system.
    #[serde(default)]
    imported: bool,
    /// What of it was paid to the charging system.
    #[serde(default)]
    there: Vec<CommodityAmount>,
    #[serde(default)]
    late_fee_there: Fen,
    #[serde(default)]
    shared: bool,
}

/// What one payment did to this account, as far as it is not undone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PaymentShare {
    pub bills: Vec<BillShare>,
    /// Which holder it was of.
    #[serde(default)]
    holder: u32,
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

    /// Whether the charging system made it.
    pub const fn is_imported(&self) -> bool {
        self.imported
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

    /// What the bill asks for one commodity, notes included.
    pub fn standing_part(&self, commodity: Commodity) -> Fen {
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

    /// The late fee included.
    pub fn open(&self) -> Fen {
        plus(self.principal_open(), self.late_fee_open)
    }

    pub fn principal_open(&self) -> Fen {
        sum(&self.open)
    }

    pub const fn late_fee_open(&self) -> Fen {
        self.late_fee_open
    }

    /// What was asked for paying late so far, whatever became of it.
    pub const fn late_fee_charged(&self) -> Fen {
        self.late_fee
    }

    pub(crate) fn charge_late_fee(&mut self, amount: Fen) {
        self.late_fee = plus(self.late_fee, amount);
        self.late_fee_open = plus(self.late_fee_open, amount);
    }

    /// Some of the late fee alone; `None` unless it is open.
    pub(super) fn late_fee_share(&self, amount: Fen) -> Option<BillShare> {
        (amount.is_positive() && amount <= self.late_fee_open).then(|| BillShare {
            bill_no: self.bill_no.clone(),
            month: self.month,
            amount,
            parts: Vec::new(),
            late_fee: Some(amount),
        })
    }

    fn open_part(&self, commodity: Commodity) -> Fen {
        amount_of(&self.open, commodity)
    }

    /// `amount` shared out over the commodities as they are open, and what is over for the late fee;
    /// `None` unless it fits. The bill itself comes first, so that no fee grows while money waits.
    pub fn share(&self, amount: Fen) -> Option<BillShare> {
        if !amount.is_positive() || amount > self.open() {
            return None;
        }
        let principal = amount.min(self.principal_open());
        let late_fee = minus(amount, principal);
        let weights: Vec<Fen> = self.open.iter().map(|part| part.amount).collect();
        let parts = self.open.iter().zip(split(principal, &weights));
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
            late_fee: Some(late_fee).filter(|fee| fee.is_positive()),
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

    /// Of the present holder.
    pub fn bill_of(&self, month: BillingMonth) -> Option<&LedgerBill> {
        self.of_own_meters()
            .find(|bill| bill.month == month && !bill.void && bill.holder == self.holder)
    }

    pub(crate) const fn holder(&self) -> u32 {
        self.holder
    }

    pub(super) fn is_of_former_holder(&self, bill: &LedgerBill) -> bool {
        bill.holder != self.holder
    }

    /// The payments the present holder has made, as far as they are not undone.
    pub fn payments(&self) -> impl Iterator<Item = &PaymentId> {
        let payments = self.payments.iter();
        let of_holder = payments.filter(|(_, payment)| payment.holder == self.holder);
        of_holder.map(|(payment_id, _)| payment_id)
    }

    pub fn last_billed(&self) -> Option<BillingMonth> {
        let standing = self.of_own_meters().filter(|bill| !bill.void);
        standing.map(|bill| bill.month).max()
    }

    /// How many times a month was billed, void bills included.
    pub fn times_billed(&self, month: BillingMonth) -> usize {
        let of_month = self.of_own_meters().filter(|bill| bill.month == month);
        of_month.count()
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

    /// 押金: held, and nobody's until it is given back or set off.
    pub fn deposit(&self) -> Fen {
        self.funds.deposit()
    }

    /// The payments whose money a refund of so much would give back.
    pub fn refundable(&self, purse: Purse, amount: Fen) -> Result<Vec<PaymentLot>, AccountError> {
        let lots = match purse {
            Purse::Credit => &self.credit,
            Purse::Deposit => self.funds.deposits(),
        };
        take(lots, amount)
    }

    /// The payments that have paid something of a bill.
    pub fn payments_of(&self, bill_no: &BillNo) -> impl Iterator<Item = PaymentId> {
        let of_bill = move |payment: &PaymentShare| {
            let mut bills = payment.bills.iter();
            bills.any(|share| share.bill_no == *bill_no)
        };
        let payments = self.payments.iter();
        payments
            .filter(move |(_, payment)| of_bill(payment))
            .map(|(payment_id, _)| payment_id.clone())
    }

    pub(super) const fn funds(&self) -> &Funds {
        &self.funds
    }

    /// Whether any late fee of the bill was paid.
    pub(super) fn late_fee_paid(&self, bill_no: &BillNo) -> bool {
        let mut shares = self.payments.values().flat_map(|payment| &payment.bills);
        shares.any(|share| share.bill_no == *bill_no && share.late_fee().is_positive())
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
        Fen::checked_sum([self.open_amount(), self.credit(), self.deposit(), amount])
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

    /// The next piece of credit to be put against an open bill of the same holder, if there are both.
    pub(super) fn next_credit(&self) -> Option<(PaymentId, BillShare)> {
        let open = self.open_bills();
        self.credit.iter().find_map(|lot| {
            let payment = self.payments.get(&lot.payment_id)?;
            let mut bills = open.iter();
            let bill = bills.find(|bill| bill.holder == payment.holder)?;
            let share = bill.share(lot.left.min(bill.open()))?;
            Some((lot.payment_id.clone(), share))
        })
    }

    /// What undoing a payment takes back: the bills it paid, and its credit and deposit still left.
    pub(super) fn undo(&self, payment_id: PaymentId) -> Result<AccountEvent, AccountError> {
        let Some(payment) = self.payments.get(&payment_id) else {
            return Err(AccountError::PaymentUnknown(payment_id));
        };
        if self.funds.has_refunded(&payment_id) {
            return Err(AccountError::PaymentRefunded(payment_id));
        }
        let left = |lots: &[CreditLot]| {
            let lot = lots.iter().find(|lot| lot.payment_id == payment_id);
            lot.map_or(Fen::ZERO, |lot| lot.left)
        };
        let deposit = left(self.funds.deposits());
        Ok(AccountEvent::PaymentReversed {
            bills: payment.bills.clone(),
            credit: left(&self.credit),
            deposit: Some(deposit).filter(|left| left.is_positive()),
            payment_id,
        })
    }

    /// The payments whose money has to go before so much of a bill, by commodity, is open.
    pub(super) fn paid_beyond(
        &self,
        bill_no: &BillNo,
        (parts, late_fee): (&[CommodityAmount], Fen),
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
        let mut missing_fee = minus(late_fee, bill.late_fee_open).max(Fen::ZERO);
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
                let fee = share.late_fee().min(missing_fee);
                missing_fee = minus(missing_fee, fee);
                if !taken.is_empty() || fee.is_positive() {
                    let bill = BillShare {
                        bill_no: bill_no.clone(),
                        month: share.month,
                        amount: plus(sum(&taken), fee),
                        parts: taken,
                        late_fee: Some(fee).filter(|fee| fee.is_positive()),
                    };
                    released.push((payment_id.clone(), bill));
                }
            }
        }
        // What neither is open nor was paid has been written off.
        if missing_fee.is_positive() || missing.iter().any(|part| part.amount.is_positive()) {
            return Err(AccountError::WriteOffStands(bill_no.clone()));
        }
        Ok(released)
    }

    /// What an event does to the money; most do nothing.
    pub(super) fn apply(&mut self, event: &AccountEvent) {
        self.funds.apply(event);
        match event {
            AccountEvent::Charged(bill) => self.charge(bill),
            AccountEvent::PaymentAllocated { payment_id, bill } => {
                self.allocate(payment_id, bill.clone());
            }
            AccountEvent::CreditAdded { payment_id, amount }
            | AccountEvent::DepositReleased { payment_id, amount } => {
                self.add_credit(payment_id, *amount);
            }
            AccountEvent::CreditApplied { payment_id, bill } => {
                self.apply_credit(payment_id, bill.clone());
            }
            AccountEvent::PaymentReversed {
                payment_id, bills, ..
            } => self.reverse(payment_id, bills),
            AccountEvent::PaymentReleased { payment_id, bill } => self.release(payment_id, bill),
            AccountEvent::LateFeeCharged(fee) => {
                if let Some(bill) = self.bills.get_mut(&fee.bill_no) {
                    bill.charge_late_fee(fee.amount);
                }
            }
            AccountEvent::ChargingSystemPaid { bill } => {
                self.change_open(bill, minus);
                self.change_there(bill, plus);
            }
            AccountEvent::ChargingSystemPaymentReversed { bill } => {
                self.change_open(bill, plus);
                self.change_there(bill, minus);
            }
            AccountEvent::BillWaived(written_off) => self.change_open(&written_off.bill, minus),
            AccountEvent::WaiverReversed { bill, .. } => self.change_open(bill, plus),
            AccountEvent::DepositTaken { payment_id, .. } => {
                self.payment(payment_id);
            }
            AccountEvent::HolderChanged { .. } => self.holder += 1,
            AccountEvent::Refunded(refund) => self.give_out(refund),
            AccountEvent::RefundReturned(refund) if refund.purse == Purse::Credit => {
                for lot in &refund.lots {
                    give(&mut self.credit, &lot.payment_id, lot.amount);
                }
            }
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
            late_fee: Fen::ZERO,
            late_fee_open: Fen::ZERO,
            notes: 0,
            noticed: false,
            void: false,
            holder: self.holder,
            imported: bill.origin.is_some(),
            there: Vec::new(),
            late_fee_there: Fen::ZERO,
            shared: bill.shared_of.is_some(),
        };
        self.bills.insert(bill.bill_no.clone(), entry);
    }

    pub(super) fn allocate(&mut self, payment_id: &PaymentId, share: BillShare) {
        self.change_open(&share, minus);
        self.payment(payment_id).bills.push(share);
    }

    fn payment(&mut self, payment_id: &PaymentId) -> &mut PaymentShare {
        let holder = self.holder;
        let payment = self.payments.entry(payment_id.clone());
        payment.or_insert_with(|| PaymentShare {
            bills: Vec::new(),
            holder,
        })
    }

    fn add_credit(&mut self, payment_id: &PaymentId, amount: Fen) {
        self.payment(payment_id);
        give(&mut self.credit, payment_id, amount);
    }

    fn give_out(&mut self, refund: &AccountRefund) {
        if refund.purse == Purse::Credit {
            for given in &refund.lots {
                self.use_credit(&given.payment_id, given.amount);
            }
        }
    }

    fn use_credit(&mut self, payment_id: &PaymentId, amount: Fen) {
        let mut lots = self.credit.iter_mut();
        if let Some(lot) = lots.find(|lot| lot.payment_id == *payment_id) {
            lot.left = minus(lot.left, amount);
        }
        self.credit.retain(|lot| !lot.left.is_zero());
    }

    fn apply_credit(&mut self, payment_id: &PaymentId, share: BillShare) {
        self.use_credit(payment_id, share.amount);
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
        let mut rest = share.late_fee();
        for bill in &mut payment.bills {
            if bill.bill_no == share.bill_no {
                let taken = rest.min(bill.late_fee());
                rest = minus(rest, taken);
                let left = minus(bill.late_fee(), taken);
                bill.late_fee = Some(left).filter(|left| left.is_positive());
            }
            bill.parts.retain(|part| !part.amount.is_zero());
            bill.amount = plus(sum(&bill.parts), bill.late_fee());
        }
        payment.bills.retain(|bill| !bill.amount.is_zero());
        give(&mut self.credit, payment_id, share.amount);
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
            bill.late_fee_open = Fen::ZERO;
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
        bill.late_fee_open = change(bill.late_fee_open, share.late_fee());
    }
}
