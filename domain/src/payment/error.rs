use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use super::process::{ACCOUNTS_MAX, CHEQUE_FIELD_LENGTH_MAX};
use crate::units::{AccountNo, BillNo, PaymentId, ReceiptNo};

/// Why a payment refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaymentError {
    #[error("缴费金额必须大于零")]
    NotPositive,
    #[error("请至少选择一个户号或账单")]
    NoAccount,
    #[error("一次缴费最多 {ACCOUNTS_MAX} 个户号")]
    TooManyAccounts,
    #[error("户号 {0} 不存在")]
    AccountUnknown(AccountNo),
    #[error("账单 {0} 不存在")]
    BillUnknown(BillNo),
    #[error("账单 {0} 已经缴清")]
    BillNotOpen(BillNo),
    #[error("账单 {0} 已经作废，不能缴费")]
    BillVoid(BillNo),
    #[error("所选户号没有未缴账单")]
    NothingOpen,
    #[error("支票缴费须填写支票号和出票银行，每项最多 {CHEQUE_FIELD_LENGTH_MAX} 个字")]
    ChequeIncomplete,
    #[error("只有支票缴费才填写支票信息")]
    ChequeUnexpected,
    #[error("缴费流水 {0} 不存在")]
    Unknown(PaymentId),
    #[error("缴费流水不存在")]
    Absent,
    #[error("缴费流水 {0} 已经存在")]
    AlreadyRecorded(PaymentId),
    #[error("缴费流水 {0} 已经冲正")]
    AlreadyReversed(PaymentId),
    #[error("冲正须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("收款人不能冲正自己收的款，请由他人办理")]
    ReversedByTaker,
    #[error("该缴费已经开具收据 {0}，不能重复开具")]
    ReceiptAlreadyIssued(ReceiptNo),
    #[error("所选户号和项目在该缴费中没有金额")]
    ReceiptNothingCovered,
    #[error("该缴费已经冲正，不能开具或补打收据")]
    ReceiptPaymentReversed,
    #[error("收据 {0} 不存在")]
    ReceiptUnknown(ReceiptNo),
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for PaymentError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotPositive => "PAYMENT_NOT_POSITIVE",
            Self::NoAccount => "PAYMENT_NO_ACCOUNT",
            Self::TooManyAccounts => "PAYMENT_TOO_MANY_ACCOUNTS",
            Self::AccountUnknown(_) => "PAYMENT_ACCOUNT_UNKNOWN",
            Self::BillUnknown(_) => "PAYMENT_BILL_UNKNOWN",
            Self::BillNotOpen(_) => "PAYMENT_BILL_NOT_OPEN",
            Self::BillVoid(_) => "PAYMENT_BILL_VOID",
            Self::NothingOpen => "PAYMENT_NOTHING_OPEN",
            Self::ChequeIncomplete => "PAYMENT_CHEQUE_INCOMPLETE",
            Self::ChequeUnexpected => "PAYMENT_CHEQUE_UNEXPECTED",
            Self::Unknown(_) | Self::Absent => "PAYMENT_UNKNOWN",
            Self::AlreadyRecorded(_) => "PAYMENT_ALREADY_RECORDED",
            Self::AlreadyReversed(_) => "PAYMENT_ALREADY_REVERSED",
            Self::ReasonInvalid => "PAYMENT_REASON_INVALID",
            Self::ReversedByTaker => "PAYMENT_REVERSED_BY_TAKER",
            Self::ReceiptAlreadyIssued(_) => "RECEIPT_ALREADY_ISSUED",
            Self::ReceiptNothingCovered => "RECEIPT_NOTHING_COVERED",
            Self::ReceiptPaymentReversed => "RECEIPT_PAYMENT_REVERSED",
            Self::ReceiptUnknown(_) => "RECEIPT_UNKNOWN",
            Self::Overflow => "PAYMENT_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotPositive | Self::Overflow => Some("amount"),
            Self::NoAccount
            | Self::TooManyAccounts
            | Self::AccountUnknown(_)
            | Self::NothingOpen
            | Self::ReceiptNothingCovered => Some("accountNos"),
            Self::BillUnknown(_) | Self::BillNotOpen(_) | Self::BillVoid(_) => Some("billNos"),
            Self::ChequeIncomplete | Self::ChequeUnexpected => Some("cheque"),
            Self::ReasonInvalid => Some("reason"),
            Self::ReceiptUnknown(_) => Some("receiptNo"),
            Self::ReversedByTaker => None,
            Self::Unknown(_)
            | Self::Absent
            | Self::AlreadyRecorded(_)
            | Self::AlreadyReversed(_)
            | Self::ReceiptAlreadyIssued(_)
            | Self::ReceiptPaymentReversed => Some("paymentId"),
        }
    }
}
