//! Bills the charging system (收费系统) made: taken in, corrected and withdrawn as its files say (R91).

use chrono::NaiveDate;

use super::aggregate::AccountRecord;
use super::bill::Bill;
use super::charges::Booking;
use super::error::AccountError;
use super::event::{AccountEvent, NoticeIssued};
use super::funds::LateFeeCharged;
use super::ledger::LedgerBill;
use super::note::Rebilling;
use super::scheme::ChargeScheme;
use super::sums::{minus, plus};
use crate::units::{BillNo, BillingMonth, Fen, NoticeNo};

/// What a file of the charging system's says of a bill beside its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidThere {
    /// 滞纳金 asked so far; none where the file does not say.
    pub late_fee: Option<Fen>,
    /// 欠费: what is open there, late fee included; none where the file does not say.
    pub open: Option<Fen>,
    /// The day it says so.
    pub on: NaiveDate,
}

/// What the charging system's files bring about.
#[derive(Clone, Debug)]
pub enum ImportedStep {
    Issued {
        bill: Box<Bill>,
        notice_no: NoticeNo,
        due_on: NaiveDate,
        said: SaidThere,
    },
    /// It says something else of a bill it has made: of its lines, or of what was paid and asked for
    /// paying late. `due_on` is for a notice, where the bill had none.
    Corrected {
        bill_no: BillNo,
        rebilling: Option<Rebilling>,
        due_on: NaiveDate,
        said: SaidThere,
    },
    /// It has no such bill any more.
    Withdrawn {
        bill_no: BillNo,
        voided_on: NaiveDate,
        reason: String,
    },
}

impl AccountRecord {
    pub(super) fn imported(&self, step: ImportedStep) -> Result<Vec<AccountEvent>, AccountError> {
        match step {
            ImportedStep::Issued {
                bill,
                notice_no,
                due_on,
                said,
            } => self.import_bill(*bill, notice_no, due_on, said),
            ImportedStep::Corrected {
                bill_no,
                rebilling,
                due_on,
                said,
            } => self.correct_imported(&bill_no, rebilling, due_on, said),
            ImportedStep::Withdrawn {
                bill_no,
                voided_on,
                reason,
            } => self.withdraw_imported(&bill_no, voided_on, reason),
        }
    }

    fn import_bill(
        &self,
        bill: Bill,
        notice_no: NoticeNo,
        due_on: NaiveDate,
        said: SaidThere,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if self.scheme().kind() == ChargeScheme::Prepaid {
            return Err(AccountError::Prepaid);
        }
        if let Some(cleared) = self.tenancy().cleared() {
            return Err(AccountError::AlreadyCleared(cleared.certificate_no.clone()));
        }
        let (bill_no, month, amount) = (bill.bill_no.clone(), bill.month, bill.total);
        if self.ledger().bill_of(month).is_some() {
            let account_no = self.account_no.clone();
            return Err(AccountError::MonthAlreadyBilled { account_no, month });
        }
        let asked = amount.checked_add(said.late_fee.unwrap_or_default());
        self.ledger()
            .check_room(asked.ok_or(AccountError::Overflow)?)?;
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::Charged(bill));
        booking.as_said(&bill_no, month, said, Fen::ZERO)?;
        booking.apply_credit();
        if amount.is_positive() {
            let bill = booking.ledger.bill(&bill_no);
            let to_pay = bill.map_or(Fen::ZERO, LedgerBill::open);
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

    fn correct_imported(
        &self,
        bill_no: &BillNo,
        rebilling: Option<Rebilling>,
        due_on: NaiveDate,
        said: SaidThere,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let bill = self.standing_bill(bill_no)?;
        let (month, before) = (bill.month, bill.paid_there());
        let mut booking = Booking::over(self.ledger());
        if let Some(rebilling) = rebilling {
            // What was paid there is no payment that could become credit here: it is said again
            // below, as far as it fits the bill as it is then.
            booking.undo_there(bill_no);
            for note in rebilling.notes() {
                booking.make_room(bill, note)?;
            }
            booking.book(AccountEvent::Rebilled(rebilling));
        }
        booking.as_said(bill_no, month, said, before)?;
        booking.finish(std::slice::from_ref(bill_no), due_on)
    }

    /// Other bills of the charging system's do not go on from its counts; a later one of ours does.
    fn withdraw_imported(
        &self,
        bill_no: &BillNo,
        voided_on: NaiveDate,
        reason: String,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let mut later = self
            .standing_bills()
            .skip_while(|it| it.bill_no != *bill_no);
        if let Some(later) = later.find(|it| !it.is_imported()) {
            return Err(AccountError::LaterBillStands { later: later.month });
        }
        let mut booking = Booking::over(self.ledger());
        booking.undo_there(bill_no);
        self.make_void(booking, bill_no, voided_on, reason)
    }
}

impl Booking {
    /// What was paid there counts no more.
    fn undo_there(&mut self, bill_no: &BillNo) {
        let bill = self.ledger.bill(bill_no);
        if let Some(bill) = bill.and_then(LedgerBill::share_there) {
            self.book(AccountEvent::ChargingSystemPaymentReversed { bill });
        }
    }

    /// Makes late fee, and what was paid there, what the charging system says; `before` was paid
    /// there until now.
    fn as_said(
        &mut self,
        bill_no: &BillNo,
        month: BillingMonth,
        said: SaidThere,
        before: Fen,
    ) -> Result<(), AccountError> {
        let unknown = || AccountError::BillUnknown(bill_no.clone());
        if let Some(fee) = said.late_fee {
            let charged = self.ledger.bill(bill_no).ok_or_else(unknown)?;
            let more = minus(fee, charged.late_fee_charged());
            if more.is_negative() {
                return Err(AccountError::LateFeeLowered(bill_no.clone()));
            }
            if more.is_positive() {
                self.book(AccountEvent::LateFeeCharged(LateFeeCharged {
                    bill_no: bill_no.clone(),
                    month,
                    amount: more,
                    by: said.on,
                }));
            }
        }
        let bill = self.ledger.bill(bill_no).ok_or_else(unknown)?;
        let counted = bill.paid_there();
        let fits = plus(bill.open(), counted);
        let wanted = match said.open {
            None => before,
            Some(open) => {
                let asked = plus(bill.standing_total(), bill.late_fee_charged());
                // All that is known there to be paid; what was paid here may be among it or not.
                let settled = minus(asked, open).max(Fen::ZERO);
                let least = minus(settled, self.ledger.paid_here(bill_no)).max(Fen::ZERO);
                before.clamp(least, settled)
            }
        };
        let wanted = wanted.min(fits);
        if wanted == counted {
            return Ok(());
        }
        self.undo_there(bill_no);
        let bill = self.ledger.bill(bill_no).ok_or_else(unknown)?;
        if let Some(bill) = bill.share(wanted) {
            self.book(AccountEvent::ChargingSystemPaid { bill });
        }
        Ok(())
    }
}
