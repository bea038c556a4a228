//! 押金, 退款, 核销: money an account holds that pays no bill, and what has left it or was given up.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::bill::BillShare;
use super::error::AccountError;
use super::event::AccountEvent;
use super::ledger::CreditLot;
use super::sums::{minus, plus};
use crate::units::{BillNo, BillingMonth, Fen, PaymentId, RefundId, WaiverId};

/// What a refund is paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purse {
    /// 预存款: what was paid too much, or in advance.
    Credit,
    /// 押金
    Deposit,
}

impl Purse {
    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Deposit => "deposit",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Credit => "预存款",
            Self::Deposit => "押金",
        }
    }
}

/// Some of the money of one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLot {
    pub payment_id: PaymentId,
    pub amount: Fen,
}

/// Money that was given back, and the payments it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRefund {
    pub refund_id: RefundId,
    pub purse: Purse,
    pub amount: Fen,
    pub lots: Vec<PaymentLot>,
}

/// 滞纳金 on a bill by the end of a day, beyond what was charged for earlier days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateFeeCharged {
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub amount: Fen,
    pub by: NaiveDate,
}

/// What is given up of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverKind {
    /// 减免滞纳金
    LateFee,
    /// 核销: what is left of the bill, which will not come in.
    BillRest,
    /// 尾差核销: a small rest that is not worth asking for.
    SmallRest,
}

impl WaiverKind {
    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LateFee => "late_fee",
            Self::BillRest => "bill_rest",
            Self::SmallRest => "small_rest",
        }
    }
}

/// What a bill no longer asks for, though it was right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenOff {
    pub waiver_id: WaiverId,
    pub kind: WaiverKind,
    pub bill: BillShare,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Funds {
    /// Oldest first.
    deposits: Vec<CreditLot>,
    refunds: BTreeMap<RefundId, AccountRefund>,
    write_offs: BTreeMap<WaiverId, WrittenOff>,
}

/// The first lots that come to an amount.
pub(super) fn take(lots: &[CreditLot], amount: Fen) -> Result<Vec<PaymentLot>, AccountError> {
    let there = lots.iter().fold(Fen::ZERO, |sum, lot| plus(sum, lot.left));
    if !amount.is_positive() || amount > there {
        return Err(AccountError::RefundNotCovered { there });
    }
    let mut wanted = amount;
    let mut taken = Vec::new();
    for lot in lots {
        let amount = lot.left.min(wanted);
        if amount.is_positive() {
            wanted = minus(wanted, amount);
            let payment_id = lot.payment_id.clone();
            taken.push(PaymentLot { payment_id, amount });
        }
    }
    Ok(taken)
}

/// Puts money of a payment to what is left of it, or in after all others.
pub(super) fn give(lots: &mut Vec<CreditLot>, payment_id: &PaymentId, amount: Fen) {
    match lots.iter_mut().find(|lot| lot.payment_id == *payment_id) {
        Some(lot) => lot.left = plus(lot.left, amount),
        None => lots.push(CreditLot {
            payment_id: payment_id.clone(),
            left: amount,
        }),
    }
}

impl Funds {
    pub(super) fn deposits(&self) -> &[CreditLot] {
        &self.deposits
    }

    pub(super) fn deposit(&self) -> Fen {
        let lots = self.deposits.iter();
        lots.fold(Fen::ZERO, |sum, lot| plus(sum, lot.left))
    }

    pub(super) fn has_refunded(&self, payment_id: &PaymentId) -> bool {
        let mut lots = self.refunds.values().flat_map(|refund| &refund.lots);
        lots.any(|lot| lot.payment_id == *payment_id)
    }

    pub(super) fn refund(&self, refund_id: &RefundId) -> Option<&AccountRefund> {
        self.refunds.get(refund_id)
    }

    pub(super) fn write_off(&self, waiver_id: &WaiverId) -> Option<&WrittenOff> {
        self.write_offs.get(waiver_id)
    }

    fn use_deposit(&mut self, payment_id: &PaymentId, amount: Fen) {
        let mut lots = self.deposits.iter_mut();
        if let Some(lot) = lots.find(|lot| lot.payment_id == *payment_id) {
            lot.left = minus(lot.left, amount);
        }
        self.deposits.retain(|lot| !lot.left.is_zero());
    }

    pub(super) fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::DepositTaken { payment_id, amount } => {
                give(&mut self.deposits, payment_id, *amount);
            }
            AccountEvent::DepositReleased { payment_id, amount } => {
                self.use_deposit(payment_id, *amount);
            }
            AccountEvent::PaymentReversed { payment_id, .. } => {
                self.deposits.retain(|lot| lot.payment_id != *payment_id);
            }
            AccountEvent::Refunded(refund) => {
                if refund.purse == Purse::Deposit {
                    for lot in &refund.lots {
                        self.use_deposit(&lot.payment_id, lot.amount);
                    }
                }
                self.refunds
                    .insert(refund.refund_id.clone(), refund.clone());
            }
            AccountEvent::RefundReturned(refund) => {
                if refund.purse == Purse::Deposit {
                    for lot in &refund.lots {
                        give(&mut self.deposits, &lot.payment_id, lot.amount);
                    }
                }
                self.refunds.remove(&refund.refund_id);
            }
            AccountEvent::BillWaived(written_off) => {
                let waiver_id = written_off.waiver_id.clone();
                self.write_offs.insert(waiver_id, written_off.clone());
            }
            AccountEvent::WaiverReversed { waiver_id, .. } => {
                self.write_offs.remove(waiver_id);
            }
            _ => {}
        }
    }
}
