//! Which rows follow from an account's events.
//!
//! The rows of a payment always add up to the money that came in and was not given back: a credit
//! that pays a bill leaves the month it was paid in (`credit_out`) for the bill's (`credit_used`).

use chaobiao_domain::account::{AccountEvent, AccountRefund, BillShare};
use chaobiao_domain::units::{BillNo, BillingMonth, Fen, PaymentId};
use serde::{Deserialize, Serialize};

/// What a row is about (类别).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Paid,
    Credit,
    CreditOut,
    CreditUsed,
    Reversed,
    Deposit,
    DepositOut,
    DepositUsed,
    Refunded,
}

impl RowKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Paid => "缴费",
            Self::Credit => "预存",
            Self::CreditOut => "预存转出",
            Self::CreditUsed => "预存抵扣",
            Self::Reversed => "冲正",
            Self::Deposit => "押金",
            Self::DepositOut => "押金转出",
            Self::DepositUsed => "押金转入预存",
            Self::Refunded => "退款",
        }
    }
}

/// A row before its payment is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) payment_id: PaymentId,
    pub(super) kind: RowKind,
    /// None for a credit, which counts in the month it was paid in.
    pub(super) bill: Option<(BillNo, BillingMonth)>,
    pub(super) amount: Fen,
}

fn posting(
    payment_id: &PaymentId,
    kind: RowKind,
    bill: Option<&BillShare>,
    amount: Fen,
) -> Posting {
    let bill = bill.map(|share| (share.bill_no.clone(), share.month));
    Posting {
        payment_id: payment_id.clone(),
        kind,
        bill,
        amount,
    }
}

/// Amounts are at most what an account holds, so that their negatives exist.
fn minus(amount: Fen) -> Fen {
    amount.checked_neg().unwrap_or(Fen::ZERO)
}

pub(super) fn postings(event: &AccountEvent) -> Vec<Posting> {
    match event {
        AccountEvent::PaymentAllocated { payment_id, bill } => {
            vec![posting(payment_id, RowKind::Paid, Some(bill), bill.amount)]
        }
        AccountEvent::CreditAdded { payment_id, amount } => {
            vec![posting(payment_id, RowKind::Credit, None, *amount)]
        }
        AccountEvent::CreditApplied { payment_id, bill } => vec![
            posting(payment_id, RowKind::CreditOut, None, minus(bill.amount)),
            posting(payment_id, RowKind::CreditUsed, Some(bill), bill.amount),
        ],
        AccountEvent::PaymentReleased { payment_id, bill } => vec![
            posting(
                payment_id,
                RowKind::Reversed,
                Some(bill),
                minus(bill.amount),
            ),
            posting(payment_id, RowKind::Credit, None, bill.amount),
        ],
        AccountEvent::PaymentReversed {
            payment_id,
            bills,
            credit,
            deposit,
        } => {
            let bills = bills.iter().map(|bill| (Some(bill), bill.amount));
            let kept = [*credit, deposit.unwrap_or_default()].map(|amount| (None, amount));
            let kept = kept.into_iter().filter(|(_, amount)| !amount.is_zero());
            bills
                .chain(kept)
                .map(|(bill, amount)| posting(payment_id, RowKind::Reversed, bill, minus(amount)))
                .collect()
        }
        AccountEvent::DepositTaken { payment_id, amount } => {
            vec![posting(payment_id, RowKind::Deposit, None, *amount)]
        }
        AccountEvent::DepositReleased { payment_id, amount } => vec![
            posting(payment_id, RowKind::DepositOut, None, minus(*amount)),
            posting(payment_id, RowKind::DepositUsed, None, *amount),
        ],
        AccountEvent::Refunded(refund) => of_refund(refund, minus),
        AccountEvent::RefundReturned(refund) => of_refund(refund, |amount| amount),
        _ => Vec::new(),
    }
}

fn of_refund(refund: &AccountRefund, sign: fn(Fen) -> Fen) -> Vec<Posting> {
    let lots = refund.lots.iter();
    lots.map(|lot| posting(&lot.payment_id, RowKind::Refunded, None, sign(lot.amount)))
        .collect()
}
