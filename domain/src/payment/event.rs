use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::account::{BillShare, CommodityAmount};
use crate::units::{
    AccountNo, BankReference, BillNo, BillingMonth, CampusId, Commodity, Fen, InvoiceNo, PaymentId,
    ReceiptNo, TillId, TransferClaimId,
};

/// How the money came in (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    Cash,
    Cheque,
    Transfer,
    /// 银联
    Unionpay,
    WechatPay,
    /// 工资代扣
    Payroll,
    /// 校内转账
    InternalTransfer,
}

impl PaymentMethod {
    /// The name used in events and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Cheque => "cheque",
            Self::Transfer => "transfer",
            Self::Unionpay => "unionpay",
            Self::WechatPay => "wechat_pay",
            Self::Payroll => "payroll",
            Self::InternalTransfer => "internal_transfer",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Cash => "现金",
            Self::Cheque => "支票",
            Self::Transfer => "转账",
            Self::Unionpay => "银联",
            Self::WechatPay => "微信支付",
            Self::Payroll => "工资代扣",
            Self::InternalTransfer => "校内转账",
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

/// The voucher of a transfer between departments. Its number is used once in a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferVoucher {
    pub number: String,
    pub on: NaiveDate,
}

/// Money put against one bill of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAllocation {
    pub account_no: AccountNo,
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub amount: Fen,
    /// `amount`, less what is for the late fee.
    pub parts: Vec<CommodityAmount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_fee: Option<Fen>,
}

impl PaymentAllocation {
    pub(super) fn new(account_no: AccountNo, share: BillShare) -> Self {
        let BillShare {
            bill_no,
            month,
            amount,
            parts,
            late_fee,
        } = share;
        Self {
            account_no,
            bill_no,
            month,
            amount,
            parts,
            late_fee,
        }
    }
}

/// Money kept for an account's later bills, or held as its deposit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCredit {
    pub account_no: AccountNo,
    pub amount: Fen,
}

/// What of a payment was for accounts of another campus than the one that took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampusShare {
    pub campus: CampusId,
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
    /// Who has paid, when it was somebody else than the holder (代缴).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Personal<String>>,
    /// The line of the bank's statement it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<BankReference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_claim: Option<TransferClaimId>,
    /// 校内转账凭证
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<TransferVoucher>,
    /// Where the cash or the cheque lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub till: Option<TillId>,
    /// What the taking campus owes others for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clearing: Vec<CampusShare>,
    pub allocations: Vec<PaymentAllocation>,
    pub credits: Vec<PaymentCredit>,
    /// 押金
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposits: Vec<PaymentCredit>,
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
    /// 滞纳金
    LateFee,
    /// 押金
    Deposit,
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

/// The bank has honoured the cheque.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChequeCleared {
    pub payment_id: PaymentId,
    pub cleared_at: DateTime<Utc>,
    pub cleared_by: Actor,
}

/// 退票: the bank has not honoured the cheque. The payment is undone in the same commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChequeBounced {
    pub payment_id: PaymentId,
    pub reason: String,
    pub bounced_at: DateTime<Utc>,
    pub bounced_by: Actor,
}

/// The paper of a void receipt is back, or is known to be lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptTakenBack {
    pub payment_id: PaymentId,
    pub receipt_no: ReceiptNo,
    /// Why it will never come back (登报遗失), where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    pub taken_back_at: DateTime<Utc>,
    pub taken_back_by: Actor,
}

/// 换开发票: the receipt was taken back, and an e-invoice stands in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceExchanged {
    pub payment_id: PaymentId,
    pub receipt_no: ReceiptNo,
    pub invoice_no: InvoiceNo,
    pub exchanged_at: DateTime<Utc>,
    pub exchanged_by: Actor,
}

/// Why an e-invoice is reversed, as the tax authority numbers it: 01 to 04.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedReason {
    /// 01 开票有误
    IssuedInError,
    /// 02 销货退回
    GoodsReturned,
    /// 03 服务中止
    ServiceEnded,
    /// 04 销售折让
    PriceReduced,
}

/// 红字发票: an e-invoice is never deleted, only reversed by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceReversed {
    pub payment_id: PaymentId,
    pub receipt_no: ReceiptNo,
    pub invoice_no: InvoiceNo,
    pub red_invoice_no: InvoiceNo,
    pub reason: RedReason,
    pub reversed_at: DateTime<Utc>,
    pub reversed_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PaymentEvent {
    Recorded(Box<PaymentRecorded>),
    Reversed(PaymentReversed),
    ReceiptIssued(ReceiptGiven),
    ReceiptReprinted(ReceiptReprinted),
    ReceiptReturned(ReceiptTakenBack),
    ChequeCleared(ChequeCleared),
    ChequeBounced(ChequeBounced),
    InvoiceExchanged(InvoiceExchanged),
    InvoiceReversed(InvoiceReversed),
}

impl DomainEvent for PaymentEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Recorded(_) => "payment.recorded",
            Self::Reversed(_) => "payment.reversed",
            Self::ReceiptIssued(_) => "payment.receipt_issued",
            Self::ReceiptReprinted(_) => "payment.receipt_reprinted",
            Self::ReceiptReturned(_) => "payment.receipt_returned",
            Self::ChequeCleared(_) => "payment.cheque_cleared",
            Self::ChequeBounced(_) => "payment.cheque_bounced",
            Self::InvoiceExchanged(_) => "payment.invoice_exchanged",
            Self::InvoiceReversed(_) => "payment.invoice_reversed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
