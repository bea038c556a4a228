use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use crate::units::AccountNo;

/// Why a customer's record refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CustomerError {
    #[error("用户不存在")]
    Unknown,
    #[error("该用户已注册")]
    AlreadyRegistered,
    #[error("该手机号已注册，请直接登录")]
    PhoneTaken,
    #[error("该手机号尚未注册")]
    PhoneNotRegistered,
    #[error("该微信号已关联其他用户")]
    OpenidTaken,
    #[error("该用户已关联其他微信号")]
    OtherWechatLinked,
    #[error("该用户的个人信息已删除")]
    Erased,
    #[error("还有绑定申请在审核，请先撤回或等待审核结果，再申请删除个人信息")]
    MatterOpen,
    #[error("户号 {0} 还有未缴账单，缴清或解除绑定后才能删除个人信息")]
    BalanceOpen(AccountNo),
    #[error(transparent)]
    Binding(#[from] BindingError),
}

/// Why a binding is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BindingError {
    #[error("最多可绑定 {limit} 个户号（含待审核的申请）")]
    LimitReached { limit: usize },
    #[error("户号 {0} 的绑定申请正在审核中")]
    AlreadyPending(AccountNo),
    #[error("户号 {0} 已经绑定")]
    AlreadyBound(AccountNo),
    // The same for an account that does not exist: nobody may find out which do.
    #[error("户号与户主姓名（或单位名称）不符，请核对后重试")]
    HolderMismatch,
    #[error("绑定申请不存在")]
    Unknown,
    #[error("该绑定申请已处理")]
    AlreadyDecided,
    #[error("该绑定已失效")]
    NotInForce,
    #[error("绑定申请须由工作人员审核")]
    StaffOnly,
    #[error("请填写驳回理由，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for CustomerError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "CUSTOMER_UNKNOWN",
            Self::AlreadyRegistered => "CUSTOMER_ALREADY_REGISTERED",
            Self::PhoneTaken => "CUSTOMER_PHONE_TAKEN",
            Self::PhoneNotRegistered => "CUSTOMER_PHONE_NOT_REGISTERED",
            Self::OpenidTaken => "CUSTOMER_OPENID_TAKEN",
            Self::OtherWechatLinked => "CUSTOMER_OTHER_WECHAT_LINKED",
            Self::Erased => "CUSTOMER_ERASED",
            Self::MatterOpen => "CUSTOMER_MATTER_OPEN",
            Self::BalanceOpen(_) => "CUSTOMER_BALANCE_OPEN",
            Self::Binding(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::PhoneTaken | Self::PhoneNotRegistered => Some("phone"),
            Self::OpenidTaken => Some("openid"),
            Self::Unknown
            | Self::AlreadyRegistered
            | Self::OtherWechatLinked
            | Self::Erased
            | Self::MatterOpen
            | Self::BalanceOpen(_) => None,
            Self::Binding(error) => error.field(),
        }
    }
}

impl BusinessError for BindingError {
    fn code(&self) -> &'static str {
        match self {
            Self::LimitReached { .. } => "BINDING_LIMIT_REACHED",
            Self::AlreadyPending(_) => "BINDING_ALREADY_PENDING",
            Self::AlreadyBound(_) => "BINDING_ALREADY_BOUND",
            Self::HolderMismatch => "BINDING_HOLDER_MISMATCH",
            Self::Unknown => "BINDING_UNKNOWN",
            Self::AlreadyDecided => "BINDING_ALREADY_DECIDED",
            Self::NotInForce => "BINDING_NOT_IN_FORCE",
            Self::StaffOnly => "BINDING_STAFF_ONLY",
            Self::ReasonInvalid => "BINDING_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::LimitReached { .. } | Self::AlreadyPending(_) | Self::AlreadyBound(_) => {
                Some("accountNo")
            }
            Self::HolderMismatch => Some("holderName"),
            Self::Unknown | Self::AlreadyDecided | Self::NotInForce => Some("bindingId"),
            Self::ReasonInvalid => Some("reason"),
            Self::StaffOnly => None,
        }
    }
}
