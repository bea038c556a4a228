use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use super::booking::{ACCOUNTS_MAX, CHEQUE_FIELD_LENGTH_MAX, PAYER_LENGTH_MAX, VOUCHER_LENGTH_MAX};
use super::event::PaymentMethod;
use crate::units::{AccountNo, BillNo, InvoiceNo, PaymentId, ReceiptNo};

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
    #[error("支票 {0} 已经用于另一笔缴费")]
    ChequeUsed(String),
    #[error("该缴费不是支票缴费")]
    NotACheque,
    #[error("支票已经兑付，不能退票或冲正")]
    ChequeCleared,
    #[error("支票已经退票")]
    ChequeBounced,
    #[error("{}不在柜台直接收款：转账请登记转账凭证，由银行流水核实入账", .0.label())]
    NotAtCounter(PaymentMethod),
    #[error(
        "校内转账须填写凭证号（最多 {VOUCHER_LENGTH_MAX} 个字）和付款部门，凭证日期不能晚于今天"
    )]
    VoucherInvalid,
    #[error("本年度凭证 {0} 已经用于另一笔校内转账")]
    VoucherUsed(String),
    #[error("代缴人最多 {PAYER_LENGTH_MAX} 个字")]
    PayerInvalid,
    #[error("收据 {0} 已作废但尚未收回，请先收回或登记遗失，再开新收据")]
    ReceiptStillOut(ReceiptNo),
    #[error("收据 {0} 有效，不需要收回")]
    ReceiptNotRecalled(ReceiptNo),
    #[error("收据 {0} 已换开发票，请先红冲发票")]
    ReceiptExchanged(ReceiptNo),
    #[error("发票 {0} 不存在")]
    InvoiceUnknown(InvoiceNo),
    #[error("发票号 {0} 已经登记")]
    InvoiceNumberUsed(InvoiceNo),
    #[error("发票 {0} 已经红冲")]
    InvoiceAlreadyReversed(InvoiceNo),
    #[error("收据 {0} 已经收回")]
    ReceiptAlreadyBack(ReceiptNo),
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
            Self::ChequeUsed(_) => "PAYMENT_CHEQUE_USED",
            Self::NotACheque => "PAYMENT_NOT_A_CHEQUE",
            Self::ChequeCleared => "PAYMENT_CHEQUE_CLEARED",
            Self::ChequeBounced => "PAYMENT_CHEQUE_BOUNCED",
            Self::NotAtCounter(_) => "PAYMENT_NOT_AT_COUNTER",
            Self::VoucherInvalid => "PAYMENT_VOUCHER_INVALID",
            Self::VoucherUsed(_) => "PAYMENT_VOUCHER_USED",
            Self::PayerInvalid => "PAYMENT_PAYER_INVALID",
            Self::ReceiptStillOut(_) => "RECEIPT_STILL_OUT",
            Self::ReceiptNotRecalled(_) => "RECEIPT_NOT_RECALLED",
            Self::ReceiptExchanged(_) => "RECEIPT_EXCHANGED",
            Self::InvoiceUnknown(_) => "INVOICE_UNKNOWN",
            Self::InvoiceNumberUsed(_) => "INVOICE_NUMBER_USED",
            Self::InvoiceAlreadyReversed(_) => "INVOICE_ALREADY_REVERSED",
            Self::ReceiptAlreadyBack(_) => "RECEIPT_ALREADY_BACK",
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
            Self::ChequeIncomplete | Self::ChequeUnexpected | Self::ChequeUsed(_) => Some("cheque"),
            Self::NotAtCounter(_) => Some("method"),
            Self::VoucherInvalid | Self::VoucherUsed(_) => Some("voucherNo"),
            Self::PayerInvalid => Some("payer"),
            Self::ReasonInvalid => Some("reason"),
            Self::ReceiptUnknown(_)
            | Self::ReceiptNotRecalled(_)
            | Self::ReceiptExchanged(_)
            | Self::ReceiptAlreadyBack(_) => Some("receiptNo"),
            Self::InvoiceUnknown(_)
            | Self::InvoiceNumberUsed(_)
            | Self::InvoiceAlreadyReversed(_) => Some("invoiceNo"),
            Self::ReversedByTaker => None,
            Self::Unknown(_)
            | Self::Absent
            | Self::AlreadyRecorded(_)
            | Self::AlreadyReversed(_)
            | Self::NotACheque
            | Self::ChequeCleared
            | Self::ChequeBounced
            | Self::ReceiptStillOut(_)
            | Self::ReceiptAlreadyIssued(_)
            | Self::ReceiptPaymentReversed => Some("paymentId"),
        }
    }
}
