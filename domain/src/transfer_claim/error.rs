use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use super::process::ACCOUNTS_MAX;
use crate::units::{AccountNo, BillNo, TransferClaimId};

/// Why a transfer claim refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransferClaimError {
    #[error("转账凭证 {0} 不存在")]
    Unknown(TransferClaimId),
    #[error("转账凭证不存在")]
    Absent,
    #[error("转账金额必须大于零")]
    NotPositive,
    #[error("请选择 1 至 {ACCOUNTS_MAX} 个户号")]
    AccountsInvalid,
    #[error("户号 {0} 不是您的户号")]
    AccountNotYours(AccountNo),
    #[error("账单 {0} 不属于所选户号")]
    BillUnknown(BillNo),
    #[error("请上传转账成功的截图")]
    PhotoMissing,
    #[error("截图不存在，请重新上传")]
    PhotoUnknown,
    #[error("该截图已经用于另一笔转账凭证")]
    PhotoUsed,
    #[error("转账日期不能晚于今天")]
    DateInFuture,
    #[error("转账凭证 {0} 已经核实")]
    AlreadyVerified(TransferClaimId),
    #[error("转账凭证 {0} 已经退回或作废")]
    Closed(TransferClaimId),
    #[error("登记人不能核实自己登记的转账凭证，请由他人办理")]
    VerifiedByRegistrar,
    #[error("请说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for TransferClaimError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "TRANSFER_UNKNOWN",
            Self::NotPositive => "TRANSFER_NOT_POSITIVE",
            Self::AccountsInvalid => "TRANSFER_ACCOUNTS_INVALID",
            Self::AccountNotYours(_) => "TRANSFER_ACCOUNT_NOT_YOURS",
            Self::BillUnknown(_) => "TRANSFER_BILL_UNKNOWN",
            Self::PhotoMissing => "TRANSFER_PHOTO_MISSING",
            Self::PhotoUnknown => "TRANSFER_PHOTO_UNKNOWN",
            Self::PhotoUsed => "TRANSFER_PHOTO_USED",
            Self::DateInFuture => "TRANSFER_DATE_IN_FUTURE",
            Self::AlreadyVerified(_) => "TRANSFER_ALREADY_VERIFIED",
            Self::Closed(_) => "TRANSFER_CLOSED",
            Self::VerifiedByRegistrar => "TRANSFER_VERIFIED_BY_REGISTRAR",
            Self::ReasonInvalid => "TRANSFER_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_) | Self::Absent | Self::AlreadyVerified(_) | Self::Closed(_) => {
                Some("claimId")
            }
            Self::NotPositive => Some("amount"),
            Self::AccountsInvalid | Self::AccountNotYours(_) => Some("accountNos"),
            Self::BillUnknown(_) => Some("billNos"),
            Self::PhotoMissing | Self::PhotoUnknown | Self::PhotoUsed => Some("photo"),
            Self::DateInFuture => Some("transferredOn"),
            Self::VerifiedByRegistrar => None,
            Self::ReasonInvalid => Some("reason"),
        }
    }
}
