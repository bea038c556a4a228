use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::account::{BillShare, CommodityAmount};
use crate::units::{
    AccountNo, BillNo, BillingMonth, CampusId, Commodity, Fen, PaymentId, ReceiptNo,
};

/// How the money came in (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    Cash,
    Cheque,
    Transfer,
    /// 网上支付: through a payment gateway.
    Online,
}

impl PaymentMethod {
    /// The name used in events and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Cheque => "cheque",
            Self::Transfer => "transfer",
            Self::Online => "online",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Cash => "现金",
            Self::Cheque => "支票",
            Self::Transfer => "转账",
            Self::Online => "网上支付",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cheque {
    pub number: String,
    pub bank: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawer: Option<Personal<String>>,
}

/// Money put against one bill of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAllocation {
    pub account_no: AccountNo,
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub amount: Fen,
    pub parts: Vec<CommodityAmount>,
}

impl PaymentAllocation {
    pub(super) fn new(account_no: AccountNo, share: BillShare) -> Self {
        let BillShare {
            bill_no,
            month,
            amount,
            parts,
        } = share;
        Self {
            account_no,
            bill_no,
            month,
            amount,
            parts,
        }
    }
}

/// Money kept for an account's later bills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCredit {
    pub account_no: AccountNo,
    pub amount: Fen,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentRecorded {
    pub payment_id: PaymentId,
    pub method: PaymentMethod,
    pub amount: Fen,
    /// Where the money was taken, whatever campus the accounts belong to.
    pub campus: CampusId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cheque: Option<Cheque>,
    pub allocations: Vec<PaymentAllocation>,
    pub credits: Vec<PaymentCredit>,
    pub paid_at: DateTime<Utc>,
    pub taken_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReversed {
    pub payment_id: PaymentId,
    pub reason: String,
    pub reversed_at: DateTime<Utc>,
    pub reversed_by: Actor,
}

/// What a piece of a payment was for; water and electricity may get receipts of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptPart {
    Water,
    Electricity,
    Credit,
}

impl From<Commodity> for ReceiptPart {
    fn from(commodity: Commodity) -> Self {
        match commodity {
            Commodity::Water => Self::Water,
            Commodity::Electricity => Self::Electricity,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptItem {
    pub account_no: AccountNo,
    pub part: ReceiptPart,
    pub amount: Fen,
}

/// A receipt (收据) for all or some items of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptGiven {
    pub payment_id: PaymentId,
    pub receipt_no: ReceiptNo,
    /// Where it was handed out.
    pub campus: CampusId,
    pub items: Vec<ReceiptItem>,
    pub total: Fen,
    pub issued_at: DateTime<Utc>,
    pub issued_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptReprinted {
    pub payment_id: PaymentId,
    pub receipt_no: ReceiptNo,
    /// Printed on the paper: the how-manieth copy it is.
    pub copy: u32,
    pub printed_at: DateTime<Utc>,
    pub printed_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PaymentEvent {
    Recorded(PaymentRecorded),
    Reversed(PaymentReversed),
    ReceiptIssued(ReceiptGiven),
    ReceiptReprinted(ReceiptReprinted),
}

impl DomainEvent for PaymentEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Recorded(_) => "payment.recorded",
            Self::Reversed(_) => "payment.reversed",
            Self::ReceiptIssued(_) => "payment.receipt_issued",
            Self::ReceiptReprinted(_) => "payment.receipt_reprinted",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
