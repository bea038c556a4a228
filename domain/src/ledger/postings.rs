//! Which lines follow from an event.

use super::chart::{LedgerAccount, Posting};
use crate::account::{AccountEvent, AccountRefund, Note, Purse};
use crate::bank_line::{BankLineEntered, PayrollShare};
use crate::clearing::ClearingEvent;
use crate::payment::{PaymentMethod, PaymentRecorded};
use crate::refund::{RefundMethod, RefundPaid};
use crate::units::{AccountNo, BankReference, CampusId, Fen, RefundId};

fn entry(
    (debit, debit_of): (LedgerAccount, &str),
    (credit, credit_of): (LedgerAccount, &str),
    amount: Fen,
) -> Vec<Posting> {
    if amount.is_zero() {
        return Vec::new();
    }
    vec![
        Posting::debit(debit, debit_of, amount),
        Posting::credit(credit, credit_of, amount),
    ]
}

/// Of what happens on an account.
pub fn of_account(account_no: &AccountNo, event: &AccountEvent) -> Vec<Posting> {
    use LedgerAccount::{
        ChargingSystem, Credit, Deposit, InTransit, LateFees, Receivable, Revenue, WrittenOff,
    };
    let of = account_no.as_str();
    match event {
        AccountEvent::Charged(bill) => entry((Receivable, of), (Revenue, of), bill.total),
        AccountEvent::PaymentAllocated { payment_id, bill } => entry(
            (InTransit, payment_id.as_str()),
            (Receivable, of),
            bill.amount,
        ),
        AccountEvent::CreditAdded { payment_id, amount } => {
            entry((InTransit, payment_id.as_str()), (Credit, of), *amount)
        }
        AccountEvent::CreditApplied { bill, .. } => {
            entry((Credit, of), (Receivable, of), bill.amount)
        }
        AccountEvent::PaymentReleased { bill, .. } => {
            entry((Receivable, of), (Credit, of), bill.amount)
        }
        AccountEvent::BillAdjusted(note) => of_note(of, note),
        AccountEvent::Rebilled(rebilling) => rebilling
            .notes()
            .flat_map(|note| of_note(of, note))
            .collect(),
        AccountEvent::BillVoided(voided) => entry((Revenue, of), (Receivable, of), voided.amount),
        AccountEvent::PaymentReversed {
            payment_id,
            bills,
            credit,
            deposit,
        } => {
            let from = (InTransit, payment_id.as_str());
            let bills = bills.iter();
            let mut lines: Vec<Posting> = bills
                .flat_map(|bill| entry((Receivable, of), from, bill.amount))
                .collect();
            lines.extend(entry((Credit, of), from, *credit));
            lines.extend(entry((Deposit, of), from, deposit.unwrap_or_default()));
            lines
        }
        AccountEvent::LateFeeCharged(fee) => entry((Receivable, of), (LateFees, of), fee.amount),
        AccountEvent::BillWaived(off) => entry((WrittenOff, of), (Receivable, of), off.bill.amount),
        AccountEvent::WaiverReversed { bill, .. } => {
            entry((Receivable, of), (WrittenOff, of), bill.amount)
        }
        AccountEvent::ChargingSystemPaid { bill } => {
            entry((ChargingSystem, of), (Receivable, of), bill.amount)
        }
        AccountEvent::ChargingSystemPaymentReversed { bill } => {
            entry((Receivable, of), (ChargingSystem, of), bill.amount)
        }
        AccountEvent::DepositTaken { payment_id, amount } => {
            entry((InTransit, payment_id.as_str()), (Deposit, of), *amount)
        }
        AccountEvent::DepositReleased { amount, .. } => entry((Deposit, of), (Credit, of), *amount),
        AccountEvent::Refunded(refund) => of_account_refund(of, refund),
        AccountEvent::RefundReturned(refund) => reversed(of_account_refund(of, refund)),
        _ => Vec::new(),
    }
}

fn of_account_refund(account_no: &str, refund: &AccountRefund) -> Vec<Posting> {
    let purse = match refund.purse {
        Purse::Credit => LedgerAccount::Credit,
        Purse::Deposit => LedgerAccount::Deposit,
    };
    let in_transit = (LedgerAccount::InTransit, refund.refund_id.as_str());
    entry((purse, account_no), in_transit, refund.amount)
}

/// Of a refund that is paid out.
pub fn of_refund(refund_id: &RefundId, paid: &RefundPaid) -> Vec<Posting> {
    let in_transit = (LedgerAccount::InTransit, refund_id.as_str());
    let place = match paid.method {
        RefundMethod::Cash => (LedgerAccount::Cash, paid.campus.as_str()),
        RefundMethod::Bank => (LedgerAccount::Bank, ""),
    };
    entry(in_transit, place, paid.amount)
}

/// A debit note is charged as a bill is; a credit note the other way round.
fn of_note(account_no: &str, note: &Note) -> Vec<Posting> {
    let (receivable, revenue) = (LedgerAccount::Receivable, LedgerAccount::Revenue);
    let amount = Fen::new(note.amount.value().saturating_abs());
    if note.amount.is_negative() {
        entry((revenue, account_no), (receivable, account_no), amount)
    } else {
        entry((receivable, account_no), (revenue, account_no), amount)
    }
}

/// Where the money of a payment is, before it is anybody's.
fn place(payment: &PaymentRecorded) -> (LedgerAccount, &str) {
    let line = payment.bank_reference.as_ref();
    match (payment.method, line) {
        (PaymentMethod::Cash, _) => (LedgerAccount::Cash, payment.campus.as_str()),
        (PaymentMethod::Cheque, _) => (LedgerAccount::Cheques, payment.campus.as_str()),
        (PaymentMethod::Payroll, _) => (LedgerAccount::Payroll, ""),
        (PaymentMethod::InternalTransfer, _) => (LedgerAccount::InternalTransfers, ""),
        (_, Some(line)) => (LedgerAccount::Suspense, line.as_str()),
        (method, None) => (LedgerAccount::Gateway, method.as_str()),
    }
}

/// Of a payment that came in.
pub fn of_payment(payment: &PaymentRecorded) -> Vec<Posting> {
    let in_transit = (LedgerAccount::InTransit, payment.payment_id.as_str());
    entry(place(payment), in_transit, payment.amount)
}

/// The same lines on the other sides: of a payment that is undone, of a line the bank takes back.
pub fn reversed(postings: Vec<Posting>) -> Vec<Posting> {
    let swap = |posting: Posting| Posting {
        debit: posting.credit,
        credit: posting.debit,
        ..posting
    };
    postings.into_iter().map(swap).collect()
}

/// Of money that has reached the central account. Being booked moves nothing more: that is the
/// payment's to say.
pub fn of_bank_line(line: &BankLineEntered) -> Vec<Posting> {
    let suspense = (LedgerAccount::Suspense, line.bank_reference.as_str());
    entry((LedgerAccount::Bank, ""), suspense, line.amount)
}

/// Of a line that is the payroll office's: what waited for it has come.
pub fn of_payroll_match(line: &BankReference, shares: &[PayrollShare]) -> Vec<Posting> {
    let from = (LedgerAccount::Suspense, line.as_str());
    let shares = shares.iter();
    shares
        .flat_map(|share| entry(from, (LedgerAccount::Payroll, ""), share.amount))
        .collect()
}

fn owed(from: &CampusId, to: &CampusId, amount: Fen) -> Vec<Posting> {
    let pair = format!("{from}@{to}");
    entry(
        (LedgerAccount::ClearingReceivable, &pair),
        (LedgerAccount::ClearingPayable, &pair),
        amount,
    )
}

/// Of what one campus owes another; `pair` is whose stream it is, for a settlement does not say.
pub fn of_clearing((from, to): (&CampusId, &CampusId), event: &ClearingEvent) -> Vec<Posting> {
    match event {
        ClearingEvent::Owed { amount, .. } => owed(from, to, *amount),
        ClearingEvent::Relieved { amount, .. } => reversed(owed(from, to, *amount)),
        ClearingEvent::Settled(settled) => reversed(owed(from, to, settled.amount)),
    }
}
