//! What payments, refunds, deposits, late fees and write-offs do to an account's money.

use super::aggregate::AccountRecord;
use super::charges::Booking;
use super::error::AccountError;
use super::event::AccountEvent;
use super::funds::{AccountRefund, LateFeeCharged, Purse, WaiverKind, WrittenOff};
use super::ledger::CreditLot;
use crate::units::{BillNo, Fen, PaymentId, RefundId, WaiverId};

impl AccountRecord {
    pub(super) fn settle(
        &self,
        payment_id: &PaymentId,
        bills: &[(BillNo, Fen)],
        credit: Fen,
        deposit: Fen,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if self.ledger().knows_payment(payment_id) {
            return Err(AccountError::PaymentAlreadyBooked(payment_id.clone()));
        }
        let kept = credit.checked_add(deposit).ok_or(AccountError::Overflow)?;
        self.ledger().check_room(kept)?;
        let mut booking = Booking::over(self.ledger());
        for (bill_no, amount) in bills {
            let bill = booking.ledger.share(bill_no, *amount)?;
            booking.book(AccountEvent::PaymentAllocated {
                payment_id: payment_id.clone(),
                bill,
            });
        }
        let payment_id = payment_id.clone();
        if credit.is_positive() {
            booking.book(AccountEvent::CreditAdded {
                payment_id: payment_id.clone(),
                amount: credit,
            });
        }
        if deposit.is_positive() {
            booking.book(AccountEvent::DepositTaken {
                payment_id,
                amount: deposit,
            });
        }
        Ok(booking.events)
    }

    pub(super) fn charge_late_fee(
        &self,
        fee: LateFeeCharged,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.standing_bill(&fee.bill_no)?;
        self.ledger().check_room(fee.amount)?;
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::LateFeeCharged(fee));
        booking.apply_credit();
        Ok(booking.events)
    }

    pub(super) fn write_off(
        &self,
        waiver_id: WaiverId,
        kind: WaiverKind,
        bill_no: &BillNo,
        amount: Fen,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        self.standing_bill(bill_no)?;
        let not_covered = || AccountError::WriteOffNotCovered(bill_no.clone());
        let mut booking = Booking::over(self.ledger());
        if kind == WaiverKind::LateFee {
            let released = booking.release(bill_no, &[], amount);
            released.map_err(|_| not_covered())?;
        }
        let bill = booking.ledger.bill(bill_no).and_then(|bill| match kind {
            WaiverKind::LateFee => bill.late_fee_share(amount),
            WaiverKind::BillRest | WaiverKind::SmallRest => bill.share(amount),
        });
        booking.book(AccountEvent::BillWaived(WrittenOff {
            waiver_id,
            kind,
            bill: bill.ok_or_else(not_covered)?,
        }));
        booking.apply_credit();
        Ok(booking.events)
    }

    pub(super) fn reverse_write_off(
        &self,
        waiver_id: WaiverId,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let written_off = self.ledger().funds().write_off(&waiver_id);
        let bill = written_off
            .ok_or(AccountError::WriteOffUnknown)?
            .bill
            .clone();
        self.ledger().check_room(bill.amount)?;
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::WaiverReversed { waiver_id, bill });
        booking.apply_credit();
        Ok(booking.events)
    }

    pub(super) fn release_deposit(&self) -> Result<Vec<AccountEvent>, AccountError> {
        let lots = self.ledger().funds().deposits();
        if lots.is_empty() {
            return Err(AccountError::NoDeposit);
        }
        let mut booking = Booking::over(self.ledger());
        for CreditLot { payment_id, left } in lots {
            booking.book(AccountEvent::DepositReleased {
                payment_id: payment_id.clone(),
                amount: *left,
            });
        }
        booking.apply_credit();
        Ok(booking.events)
    }

    pub(super) fn refund(
        &self,
        refund_id: RefundId,
        purse: Purse,
        amount: Fen,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let lots = self.ledger().refundable(purse, amount)?;
        Ok(vec![AccountEvent::Refunded(AccountRefund {
            refund_id,
            purse,
            amount,
            lots,
        })])
    }

    pub(super) fn return_refund(
        &self,
        refund_id: &RefundId,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let refund = self.ledger().funds().refund(refund_id);
        let refund = refund.ok_or(AccountError::RefundUnknown)?.clone();
        self.ledger().check_room(refund.amount)?;
        let mut booking = Booking::over(self.ledger());
        booking.book(AccountEvent::RefundReturned(refund));
        booking.apply_credit();
        Ok(booking.events)
    }
}
