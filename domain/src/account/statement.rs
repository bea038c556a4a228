//! What an event means for what is owed, and statements built from events alone.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::event::AccountEvent;
use super::funds::{AccountRefund, Purse, WrittenOff};
use super::ledger::Ledger;
use super::note::Note;
use crate::units::{BillNo, BillingMonth, Fen, PaymentId, business_date};

/// What kind of line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    Charged,
    Paid,
    /// Paid beyond what was open.
    CreditAdded,
    /// An earlier credit pays a bill: nothing changes in all.
    CreditApplied,
    /// A bill is open again.
    PaymentReversed,
    CreditWithdrawn,
    /// A debit note: the bill asks for more.
    BillRaised,
    /// A credit note: the bill asks for less.
    BillLowered,
    BillVoided,
    /// What had paid a bill is credit again: nothing changes in all.
    PaymentReleased,
    /// A bill is paid late, and asks for a fee.
    LateFeeCharged,
    /// A bill asks for less, though it was right.
    WrittenOff,
    WriteOffReversed,
    /// Paid to the charging system.
    PaidThere,
    PaidThereUndone,
    /// Held apart: nothing changes in what is owed.
    DepositTaken,
    /// A deposit becomes credit.
    DepositReleased,
    DepositWithdrawn,
    /// Credit is given back.
    CreditRefunded,
    DepositRefunded,
    /// A refund could not be paid out: it is credit again.
    CreditReturned,
    DepositReturned,
}

impl StatementKind {
    /// The name used in tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charged => "charged",
            Self::Paid => "paid",
            Self::CreditAdded => "credit_added",
            Self::CreditApplied => "credit_applied",
            Self::PaymentReversed => "payment_reversed",
            Self::CreditWithdrawn => "credit_withdrawn",
            Self::BillRaised => "bill_raised",
            Self::BillLowered => "bill_lowered",
            Self::BillVoided => "bill_voided",
            Self::PaymentReleased => "payment_released",
            Self::LateFeeCharged => "late_fee_charged",
            Self::WrittenOff => "written_off",
            Self::WriteOffReversed => "write_off_reversed",
            Self::PaidThere => "paid_there",
            Self::PaidThereUndone => "paid_there_undone",
            Self::DepositTaken => "deposit_taken",
            Self::DepositReleased => "deposit_released",
            Self::DepositWithdrawn => "deposit_withdrawn",
            Self::CreditRefunded => "credit_refunded",
            Self::DepositRefunded => "deposit_refunded",
            Self::CreditReturned => "credit_returned",
            Self::DepositReturned => "deposit_returned",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Charged => "开账",
            Self::Paid => "缴费",
            Self::CreditAdded => "预存",
            Self::CreditApplied => "预存抵扣",
            Self::PaymentReversed => "冲正",
            Self::CreditWithdrawn => "预存冲正",
            Self::BillRaised => "账单调增",
            Self::BillLowered => "账单调减",
            Self::BillVoided => "账单作废",
            Self::PaymentReleased => "销账转预存",
            Self::LateFeeCharged => "滞纳金",
            Self::WrittenOff => "减免核销",
            Self::WriteOffReversed => "撤销核销",
            Self::PaidThere => "收费系统已收",
            Self::PaidThereUndone => "收费系统已收冲回",
            Self::DepositTaken => "收押金",
            Self::DepositReleased => "押金转预存",
            Self::DepositWithdrawn => "押金冲正",
            Self::CreditRefunded => "预存退款",
            Self::DepositRefunded => "退押金",
            Self::CreditReturned => "预存退款退回",
            Self::DepositReturned => "退押金退回",
        }
    }

    /// Whether the line adds to what is owed (1), takes from it (-1), or neither (0).
    const fn sign(self) -> i64 {
        self.open_sign() - self.credit_sign()
    }

    /// Whether the line adds to open bills (1), takes from them (-1), or neither (0).
    pub const fn open_sign(self) -> i64 {
        match self {
            Self::Charged
            | Self::PaymentReversed
            | Self::BillRaised
            | Self::PaymentReleased
            | Self::LateFeeCharged
            | Self::WriteOffReversed
            | Self::PaidThereUndone => 1,
            Self::Paid
            | Self::BillLowered
            | Self::BillVoided
            | Self::CreditApplied
            | Self::WrittenOff
            | Self::PaidThere => -1,
            _ => 0,
        }
    }

    /// The same of credit.
    pub const fn credit_sign(self) -> i64 {
        match self {
            Self::CreditAdded
            | Self::PaymentReleased
            | Self::DepositReleased
            | Self::CreditReturned => 1,
            Self::CreditApplied | Self::CreditWithdrawn | Self::CreditRefunded => -1,
            _ => 0,
        }
    }

    /// The same of the deposit.
    pub const fn deposit_sign(self) -> i64 {
        match self {
            Self::DepositTaken | Self::DepositReturned => 1,
            Self::DepositReleased | Self::DepositWithdrawn | Self::DepositRefunded => -1,
            _ => 0,
        }
    }
}

/// One line of a statement; an event may have none or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    pub kind: StatementKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_no: Option<BillNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<BillingMonth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    pub amount: Fen,
}

impl StatementLine {
    /// What the line adds to the balance: open bills less credit.
    pub fn change(&self) -> Fen {
        Fen::new(self.kind.sign().saturating_mul(self.amount.value()))
    }

    fn credit(kind: StatementKind, payment_id: &PaymentId, amount: Fen) -> Self {
        let payment_id = Some(payment_id.clone());
        Self {
            kind,
            bill_no: None,
            month: None,
            payment_id,
            amount,
        }
    }

    /// What a note does; one that only moves money between commodities shows nothing.
    fn of_note(note: &Note) -> Option<Self> {
        let kind = if note.amount.is_negative() {
            StatementKind::BillLowered
        } else {
            StatementKind::BillRaised
        };
        let amount = Fen::new(note.amount.value().saturating_abs());
        (!amount.is_zero()).then(|| Self {
            kind,
            bill_no: Some(note.bill_no.clone()),
            month: Some(note.month),
            payment_id: None,
            amount,
        })
    }

    fn of_bill(kind: StatementKind, payment_id: &PaymentId, bill: &super::BillShare) -> Self {
        Self {
            payment_id: Some(payment_id.clone()),
            ..Self::of_share(kind, bill)
        }
    }

    fn of_share(kind: StatementKind, bill: &super::BillShare) -> Self {
        Self {
            kind,
            bill_no: Some(bill.bill_no.clone()),
            month: Some(bill.month),
            payment_id: None,
            amount: bill.amount,
        }
    }

    /// One line for each payment the money had come from.
    fn of_refund(kind: StatementKind, refund: &AccountRefund) -> Vec<Self> {
        let lots = refund.lots.iter();
        lots.map(|lot| Self::credit(kind, &lot.payment_id, lot.amount))
            .collect()
    }
}

impl AccountEvent {
    /// The lines of a statement that follow from this event.
    #[expect(clippy::too_many_lines, reason = "an arm for every event with lines")]
    pub fn statement_lines(&self) -> Vec<StatementLine> {
        match self {
            Self::Charged(bill) => vec![StatementLine {
                kind: StatementKind::Charged,
                bill_no: Some(bill.bill_no.clone()),
                month: Some(bill.month),
                payment_id: None,
                amount: bill.total,
            }],
            Self::PaymentAllocated { payment_id, bill } => {
                vec![StatementLine::of_bill(
                    StatementKind::Paid,
                    payment_id,
                    bill,
                )]
            }
            Self::CreditAdded { payment_id, amount } => {
                vec![StatementLine::credit(
                    StatementKind::CreditAdded,
                    payment_id,
                    *amount,
                )]
            }
            Self::CreditApplied { payment_id, bill } => {
                vec![StatementLine::of_bill(
                    StatementKind::CreditApplied,
                    payment_id,
                    bill,
                )]
            }
            Self::PaymentReversed {
                payment_id,
                bills,
                credit,
                deposit,
            } => {
                let line =
                    |bill| StatementLine::of_bill(StatementKind::PaymentReversed, payment_id, bill);
                let mut lines: Vec<_> = bills.iter().map(line).collect();
                if !credit.is_zero() {
                    let kind = StatementKind::CreditWithdrawn;
                    lines.push(StatementLine::credit(kind, payment_id, *credit));
                }
                if let Some(deposit) = deposit {
                    let kind = StatementKind::DepositWithdrawn;
                    lines.push(StatementLine::credit(kind, payment_id, *deposit));
                }
                lines
            }
            Self::PaymentReleased { payment_id, bill } => {
                let kind = StatementKind::PaymentReleased;
                vec![StatementLine::of_bill(kind, payment_id, bill)]
            }
            Self::LateFeeCharged(fee) => vec![StatementLine {
                kind: StatementKind::LateFeeCharged,
                bill_no: Some(fee.bill_no.clone()),
                month: Some(fee.month),
                payment_id: None,
                amount: fee.amount,
            }],
            Self::BillWaived(written_off) => {
                let kind = StatementKind::WrittenOff;
                vec![StatementLine::of_share(kind, &written_off.bill)]
            }
            Self::WaiverReversed { bill, .. } => {
                vec![StatementLine::of_share(
                    StatementKind::WriteOffReversed,
                    bill,
                )]
            }
            Self::ChargingSystemPaid { bill } => {
                vec![StatementLine::of_share(StatementKind::PaidThere, bill)]
            }
            Self::ChargingSystemPaymentReversed { bill } => {
                vec![StatementLine::of_share(
                    StatementKind::PaidThereUndone,
                    bill,
                )]
            }
            Self::DepositTaken { payment_id, amount } => {
                let kind = StatementKind::DepositTaken;
                vec![StatementLine::credit(kind, payment_id, *amount)]
            }
            Self::DepositReleased { payment_id, amount } => {
                let kind = StatementKind::DepositReleased;
                vec![StatementLine::credit(kind, payment_id, *amount)]
            }
            Self::Refunded(refund) => {
                let kind = match refund.purse {
                    Purse::Credit => StatementKind::CreditRefunded,
                    Purse::Deposit => StatementKind::DepositRefunded,
                };
                StatementLine::of_refund(kind, refund)
            }
            Self::RefundReturned(refund) => {
                let kind = match refund.purse {
                    Purse::Credit => StatementKind::CreditReturned,
                    Purse::Deposit => StatementKind::DepositReturned,
                };
                StatementLine::of_refund(kind, refund)
            }
            Self::BillAdjusted(note) => StatementLine::of_note(note).into_iter().collect(),
            Self::Rebilled(rebilling) => rebilling
                .notes()
                .filter_map(StatementLine::of_note)
                .collect(),
            Self::BillVoided(voided) => vec![StatementLine {
                kind: StatementKind::BillVoided,
                bill_no: Some(voided.bill_no.clone()),
                month: Some(voided.month),
                payment_id: None,
                amount: voided.amount,
            }],
            _ => Vec::new(),
        }
    }
}

impl AccountEvent {
    /// The day from which the event counts: that of the bill, else that of its recording.
    fn value_on(&self, recorded_at: DateTime<Utc>) -> NaiveDate {
        match self {
            Self::Charged(bill) => bill.issued_on,
            Self::BillAdjusted(note) => note.issued_on,
            Self::Rebilled(rebilling) => rebilling.issued_on,
            Self::BillVoided(voided) => voided.voided_on,
            _ => business_date(recorded_at),
        }
    }

    /// By how much each bill is open more, or less where negative, for what an event says of it.
    pub fn open_changes(&self) -> Vec<(&BillNo, Fen)> {
        let minus = |amount: Fen| Fen::new(amount.value().saturating_neg());
        match self {
            Self::PaymentAllocated { bill, .. }
            | Self::CreditApplied { bill, .. }
            | Self::ChargingSystemPaid { bill }
            | Self::BillWaived(WrittenOff { bill, .. }) => {
                vec![(&bill.bill_no, minus(bill.amount))]
            }
            Self::PaymentReleased { bill, .. }
            | Self::WaiverReversed { bill, .. }
            | Self::ChargingSystemPaymentReversed { bill } => {
                vec![(&bill.bill_no, bill.amount)]
            }
            Self::PaymentReversed { bills, .. } => bills
                .iter()
                .map(|bill| (&bill.bill_no, bill.amount))
                .collect(),
            Self::LateFeeCharged(fee) => vec![(&fee.bill_no, fee.amount)],
            Self::BillAdjusted(note) => vec![(&note.bill_no, note.amount)],
            Self::Rebilled(rebilling) => rebilling
                .notes()
                .map(|note| (&note.bill_no, note.amount))
                .collect(),
            Self::BillVoided(voided) => vec![(&voided.bill_no, minus(voided.amount))],
            _ => Vec::new(),
        }
    }

    /// The payment an event is about.
    pub(super) const fn payment(&self) -> Option<&PaymentId> {
        match self {
            Self::PaymentAllocated { payment_id, .. }
            | Self::CreditAdded { payment_id, .. }
            | Self::CreditApplied { payment_id, .. }
            | Self::PaymentReleased { payment_id, .. }
            | Self::DepositTaken { payment_id, .. }
            | Self::DepositReleased { payment_id, .. }
            | Self::PaymentReversed { payment_id, .. } => Some(payment_id),
            _ => None,
        }
    }
}

/// A line of a statement with what is owed after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEntry {
    pub at: DateTime<Utc>,
    pub line: StatementLine,
    /// Open bills less credit.
    pub balance: Fen,
}

/// 对账单: what an account's known events say about its money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    entries: Vec<StatementEntry>,
    ledger: Ledger,
}

impl Statement {
    /// All that is known or, for a day, what stood on that day by what is known.
    ///
    /// On a day counts what has its value by then. A payment known to be reversed never was (the
    /// bank took the money back, or it was somebody else's): on no day does it or its reversal
    /// count.
    pub fn of(
        known: &[(DateTime<Utc>, AccountEvent)],
        valid_on: Option<NaiveDate>,
    ) -> Result<Self, AccountError> {
        let reversed: BTreeSet<&PaymentId> = known
            .iter()
            .filter(|(_, event)| matches!(event, AccountEvent::PaymentReversed { .. }))
            .filter_map(|(_, event)| event.payment())
            .collect();
        let counts = |at: DateTime<Utc>, event: &AccountEvent| {
            valid_on.is_none_or(|day| {
                let stands = event.payment().is_none_or(|id| !reversed.contains(id));
                stands && event.value_on(at) <= day
            })
        };
        let mut statement = Self::default();
        for (at, event) in known.iter().filter(|(at, event)| counts(*at, event)) {
            statement.take(*at, event)?;
        }
        Ok(statement)
    }

    fn take(&mut self, at: DateTime<Utc>, event: &AccountEvent) -> Result<(), AccountError> {
        self.ledger.apply(event);
        for line in event.statement_lines() {
            let before = self.entries.last().map_or(Fen::ZERO, |entry| entry.balance);
            let balance = before
                .checked_add(line.change())
                .ok_or(AccountError::Overflow)?;
            self.entries.push(StatementEntry { at, line, balance });
        }
        Ok(())
    }

    /// In the order they were recorded.
    pub fn entries(&self) -> &[StatementEntry] {
        &self.entries
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}
