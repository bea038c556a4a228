//! What is charged to an account, and what changes it afterwards.

use chrono::NaiveDate;

use super::aggregate::AccountRecord;
use super::bill::{Bill, CommodityAmount};
use super::error::AccountError;
use super::event::{AccountEvent, NoticeIssued};
use super::ledger::{Ledger, LedgerBill};
use super::note::{BillVoided, Note, Rebilling};
use super::scheme::{ChargeScheme, ChargeSchemeChanged};
use crate::units::{BillNo, BillingMonth, Fen, NoticeNo};

impl AccountRecord {
    /// Each month is billed once, and months go forward.
    pub fn check_billable(&self, month: BillingMonth) -> Result<(), AccountError> {
        if self.scheme().kind() == ChargeScheme::Prepaid {
            return Err(AccountError::Prepaid);
        }
        let account_no = self.account_no.clone();
        if self.ledger().bill_of(month).is_some() {
            return Err(AccountError::MonthAlreadyBilled { account_no, month });
        }
        match self.ledger().last_billed().filter(|billed| *billed > month) {
            Some(billed) => Err(AccountError::LaterMonthBilled {
                account_no,
                billed,
                month,
            }),
            None => Ok(()),
        }
    }

    pub(super) fn charge(
        &self,
        bill: Bill,
        notice_no: NoticeNo,
        due_on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let month = bill.month;
        self.check_billable(month)?;
        self.ledger().check_room(bill.total)?;
        let (bill_no, amount) = (bill.bill_no.clone(), bill.total);
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::Charged(bill));
        booking.apply_credit();
        if amount.is_positive() {
            let to_pay = booking
                .ledger
                .bill(&bill_no)
                .map_or(Fen::ZERO, LedgerBill::open);
            booking.book(AccountEvent::NoticeIssued(NoticeIssued {
                notice_no,
                bill_no,
                month,
                amount,
                to_pay,
                due_on,
            }));
        }
        Ok(booking.events)
    }

    /// Charges a reading of a prepaid account. Several may fall into one month.
    pub(super) fn deduct(&self, bill: Bill) -> Result<Vec<AccountEvent>, AccountError> {
        if self.scheme().kind() != ChargeScheme::Prepaid {
            return Err(AccountError::NotPrepaid);
        }
        self.ledger().check_room(bill.total)?;
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::Charged(bill));
        booking.apply_credit();
        Ok(booking.events)
    }

    /// A share of a common meter's usage; a prepaid account gets no notice of it.
    pub(super) fn charge_share(
        &self,
        bill: Bill,
        due_on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.tenancy().check_not_settled()?;
        self.ledger().check_room(bill.total)?;
        let noticed = match self.scheme().kind() {
            ChargeScheme::Prepaid => Vec::new(),
            ChargeScheme::Postpaid => vec![bill.bill_no.clone()],
        };
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::Charged(bill));
        booking.finish(&noticed, due_on)
    }

    pub(super) fn void_share(
        &self,
        bill_no: &BillNo,
        voided_on: NaiveDate,
        reason: String,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.make_void(Booking::over(self.ledger()), bill_no, voided_on, reason)
    }

    /// The last bill of a holder; months may have been billed already.
    pub(super) fn charge_final(&self, bill: Bill) -> Result<Vec<AccountEvent>, AccountError> {
        self.ledger().check_room(bill.total)?;
        let (bill_no, due_on) = (bill.bill_no.clone(), bill.issued_on);
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::Charged(bill));
        booking.finish(&[bill_no], due_on)
    }

    pub(super) fn change_scheme(
        &self,
        change: ChargeSchemeChanged,
        due_on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let open = self.ledger().open_amount();
        let before = change.scheme == ChargeScheme::Prepaid;
        let events = self.scheme().change(change, self.ledger().balance())?;
        if before && open.is_positive() {
            return Err(AccountError::SchemeUnsettled { open });
        }
        let bills = self.ledger().open_bills().into_iter();
        let bills: Vec<BillNo> = bills.map(|bill| bill.bill_no.clone()).collect();
        let mut booking = Booking::over(self.ledger());
        for event in events {
            booking.book(event);
        }
        booking.finish(&bills, due_on)
    }

    /// The bill a note may be written on.
    pub(super) fn standing_bill(&self, bill_no: &BillNo) -> Result<&LedgerBill, AccountError> {
        let bill = self.ledger().bill(bill_no);
        let bill = bill.ok_or_else(|| AccountError::BillUnknown(bill_no.clone()))?;
        if bill.is_void() {
            Err(AccountError::BillVoid(bill_no.clone()))
        } else {
            Ok(bill)
        }
    }

    pub(super) fn adjust(
        &self,
        note: Note,
        due_on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if note.parts.is_empty() {
            return Err(AccountError::NoteNotCovered { covered: Fen::ZERO });
        }
        self.check_not_raised([&note])?;
        let mut booking = Booking::over(self.ledger());
        booking.make_room(self.standing_bill(&note.bill_no)?, &note)?;
        let bill_no = note.bill_no.clone();
        booking.book(AccountEvent::BillAdjusted(note));
        booking.finish(&[bill_no], due_on)
    }

    /// Who has moved out owes no more than was settled: it would be the next holder's to pay.
    fn check_not_raised<'a>(
        &self,
        notes: impl IntoIterator<Item = &'a Note>,
    ) -> Result<(), AccountError> {
        let ledger = self.ledger();
        let former = notes.into_iter().filter(|note| {
            let bill = ledger.bill(&note.bill_no);
            bill.is_some_and(|bill| ledger.is_of_former_holder(bill))
        });
        let (mut sum, mut raised) = (Fen::ZERO, None);
        for note in former {
            sum = sum.checked_add(note.amount).ok_or(AccountError::Overflow)?;
            raised = raised.or_else(|| note.amount.is_positive().then(|| note.bill_no.clone()));
        }
        match raised {
            Some(bill_no) if sum.is_positive() => Err(AccountError::BillOfFormerHolder(bill_no)),
            _ => Ok(()),
        }
    }

    pub(super) fn rebill(
        &self,
        rebilling: Rebilling,
        due_on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.check_not_raised(rebilling.notes())?;
        let mut booking = Booking::over(self.ledger());
        for note in rebilling.notes() {
            booking.make_room(self.standing_bill(&note.bill_no)?, note)?;
        }
        let bills: Vec<BillNo> = rebilling.notes().map(|note| note.bill_no.clone()).collect();
        booking.book(AccountEvent::Rebilled(rebilling));
        booking.finish(&bills, due_on)
    }

    /// Only the last bill: later ones go on from its counts.
    pub(super) fn void(
        &self,
        bill_no: &BillNo,
        voided_on: NaiveDate,
        reason: String,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if self.standing_bill(bill_no)?.is_shared() {
            return Err(AccountError::BillShared(bill_no.clone()));
        }
        if let Some(later) = self
            .standing_bills()
            .last()
            .filter(|it| it.bill_no != *bill_no)
        {
            return Err(AccountError::LaterBillStands { later: later.month });
        }
        let booking = Booking::over(self.ledger());
        self.make_void(booking, bill_no, voided_on, reason)
    }

    /// What was paid of it becomes credit.
    pub(super) fn make_void(
        &self,
        mut booking: Booking,
        bill_no: &BillNo,
        voided_on: NaiveDate,
        reason: String,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let bill = self.standing_bill(bill_no)?;
        if bill.late_fee_open().is_positive() || self.ledger().late_fee_paid(bill_no) {
            return Err(AccountError::LateFeeStands(bill_no.clone()));
        }
        booking.release(bill_no, bill.standing(), Fen::ZERO)?;
        booking.book(AccountEvent::BillVoided(BillVoided {
            month: bill.month,
            amount: bill.standing_total(),
            voided_on,
            reason,
            meters: self.meters_without(bill_no),
            bill_no: bill_no.clone(),
        }));
        booking.finish(&[], NaiveDate::MAX)
    }
}

/// Events with the ledger they lead to.
pub(super) struct Booking {
    pub(super) ledger: Ledger,
    pub(super) events: Vec<AccountEvent>,
}

impl Booking {
    pub(super) fn over(ledger: &Ledger) -> Self {
        Self {
            ledger: ledger.clone(),
            events: Vec::new(),
        }
    }

    pub(super) fn book(&mut self, event: AccountEvent) {
        self.ledger.apply(&event);
        self.events.push(event);
    }

    /// Sees to it that what a note takes off a bill is open: what was paid of it becomes credit.
    pub(super) fn make_room(&mut self, bill: &LedgerBill, note: &Note) -> Result<(), AccountError> {
        let taken: Vec<CommodityAmount> = note
            .parts
            .iter()
            .filter(|part| part.amount.is_negative())
            .map(|part| CommodityAmount {
                commodity: part.commodity,
                amount: Fen::new(part.amount.value().saturating_neg()),
            })
            .collect();
        for part in &taken {
            let covered = bill.standing_part(part.commodity);
            if part.amount > covered {
                return Err(AccountError::NoteNotCovered { covered });
            }
        }
        if note.amount.is_positive() {
            self.ledger.check_room(note.amount)?;
        }
        self.release(&note.bill_no, &taken, Fen::ZERO)
    }

    /// Sees to it that so much of a bill, and of its late fee, is open.
    pub(super) fn release(
        &mut self,
        bill_no: &BillNo,
        parts: &[CommodityAmount],
        late_fee: Fen,
    ) -> Result<(), AccountError> {
        for (payment_id, bill) in self.ledger.paid_beyond(bill_no, (parts, late_fee))? {
            self.book(AccountEvent::PaymentReleased { payment_id, bill });
        }
        Ok(())
    }

    /// Credit pays what is open, the oldest first.
    pub(super) fn apply_credit(&mut self) {
        while let Some((payment_id, bill)) = self.ledger.next_credit() {
            self.book(AccountEvent::CreditApplied { payment_id, bill });
        }
    }

    /// Pays what credit there is, and sends the notices that these bills had no need of before.
    pub(super) fn finish(
        mut self,
        bills: &[BillNo],
        due_on: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.apply_credit();
        for bill_no in bills {
            let Some(bill) = self.ledger.bill(bill_no).filter(|bill| bill.needs_notice()) else {
                continue;
            };
            let notice_no =
                NoticeNo::try_new(format!("N{bill_no}")).map_err(|_| AccountError::Overflow)?;
            let notice = NoticeIssued {
                notice_no,
                bill_no: bill_no.clone(),
                month: bill.month,
                amount: bill.standing_total(),
                to_pay: bill.open(),
                due_on,
            };
            self.book(AccountEvent::NoticeIssued(notice));
        }
        Ok(self.events)
    }
}
