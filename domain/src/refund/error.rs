use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{PAYEE_LENGTH_MAX, REASON_LENGTH_MAX};
use crate::units::{BankReference, PaymentId, RefundId};

/// Why a refund refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RefundError {
    #[error("退款单 {0} 不存在")]
    Unknown(RefundId),
    #[error("退款单不存在")]
    Absent,
    #[error("退款单 {0} 已经存在")]
    AlreadyRequested(RefundId),
    #[error("退款金额必须大于零")]
    NotPositive,
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("银行退款须填写收款账户，最多 {PAYEE_LENGTH_MAX} 个字；现金退款不填")]
    PayeeInvalid,
    #[error("银行退款须填写银行流水号；现金退款不填")]
    ReferenceInvalid,
    #[error("银行流水号 {0} 已经用于另一笔退款")]
    ReferenceUsed(BankReference),
    #[error("退款尚未批准")]
    NotApproved,
    #[error("退款已经批准")]
    AlreadyApproved,
    #[error("退款已被驳回")]
    Rejected,
    #[error("退款已经支付")]
    AlreadyPaid,
    #[error("退款尚未支付")]
    NotPaid,
    #[error("退款已经退回")]
    AlreadyReturned,
    #[error("申请人不能批准自己申请的退款，请由他人批准")]
    ApprovedByRequester,
    #[error("收款人不能批准所收款项的退款，请由他人批准")]
    ApprovedByTaker,
    #[error("批准人不能支付自己批准的退款，请由他人支付")]
    PaidByApprover,
    #[error("缴费流水 {0} 的支票尚未兑付，不能退款")]
    ChequePending(PaymentId),
}

impl BusinessError for RefundError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "REFUND_UNKNOWN",
            Self::AlreadyRequested(_) => "REFUND_ALREADY_REQUESTED",
            Self::NotPositive => "REFUND_NOT_POSITIVE",
            Self::ReasonInvalid => "REFUND_REASON_INVALID",
            Self::PayeeInvalid => "REFUND_PAYEE_INVALID",
            Self::ReferenceInvalid => "REFUND_REFERENCE_INVALID",
            Self::ReferenceUsed(_) => "REFUND_REFERENCE_USED",
            Self::NotApproved => "REFUND_NOT_APPROVED",
            Self::AlreadyApproved => "REFUND_ALREADY_APPROVED",
            Self::Rejected => "REFUND_REJECTED",
            Self::AlreadyPaid => "REFUND_ALREADY_PAID",
            Self::NotPaid => "REFUND_NOT_PAID",
            Self::AlreadyReturned => "REFUND_ALREADY_RETURNED",
            Self::ApprovedByRequester => "REFUND_APPROVED_BY_REQUESTER",
            Self::ApprovedByTaker => "REFUND_APPROVED_BY_TAKER",
            Self::PaidByApprover => "REFUND_PAID_BY_APPROVER",
            Self::ChequePending(_) => "REFUND_CHEQUE_PENDING",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotPositive | Self::ChequePending(_) => Some("amount"),
            Self::ReasonInvalid => Some("reason"),
            Self::PayeeInvalid => Some("payee"),
            Self::ReferenceInvalid | Self::ReferenceUsed(_) => Some("bankReference"),
            _ => Some("refundId"),
        }
    }
}
