use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::record::NOTE_LENGTH_MAX;
use crate::units::{AccountNo, Fen, GatewayOrderNo};

/// Why an order refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GatewayOrderError {
    #[error("网上支付尚未开通，请到柜台缴费")]
    NotConfigured,
    #[error("请用微信登录后再网上支付")]
    NotCustomer,
    #[error("户号 {0} 未绑定，不能网上支付")]
    AccountNotBound(AccountNo),
    #[error("请先在微信中打开本页面，再用微信支付")]
    WechatNotLinked,
    #[error("单笔网上支付最多 {0} 元，请分笔缴纳或到柜台办理")]
    AmountTooLarge(Fen),
    #[error("一次只能为一个户号充值，不能同时缴账单")]
    TopUpOfSeveral,
    #[error("户号 {0} 为后收费，不能充值")]
    TopUpPostpaid(AccountNo),
    #[error("支付订单 {0} 已经存在")]
    AlreadyPlaced(GatewayOrderNo),
    #[error("支付订单 {0} 不存在")]
    Unknown(GatewayOrderNo),
    #[error("支付订单不存在")]
    Absent,
    #[error("支付订单已超过支付时间，请重新发起")]
    Expired,
    #[error("支付平台没有接受订单，请稍后重新发起")]
    HandOverRefused,
    #[error("暂时连不上支付平台，请稍后再试；已付款的请勿重复支付")]
    HandOverUnknown,
    #[error("支付订单尚未确认收款")]
    NotConfirmed,
    #[error("支付订单没有待核查的问题")]
    NotDisputed,
    #[error("请说明处理情况，最多 {NOTE_LENGTH_MAX} 个字")]
    NoteInvalid,
    #[error("支付订单没有可退的款项")]
    NothingToRefund,
    #[error("支付订单已经申请退款")]
    RefundAlreadyAsked,
    #[error("支付订单没有申请退款")]
    RefundNotAsked,
    #[error("支付流水号已属于另一支付订单")]
    TransactionTaken,
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for GatewayOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured => "GATEWAY_NOT_CONFIGURED",
            Self::NotCustomer => "GATEWAY_ORDER_NOT_CUSTOMER",
            Self::AccountNotBound(_) => "GATEWAY_ORDER_ACCOUNT_NOT_BOUND",
            Self::WechatNotLinked => "GATEWAY_ORDER_WECHAT_NOT_LINKED",
            Self::AmountTooLarge(_) => "GATEWAY_ORDER_AMOUNT_TOO_LARGE",
            Self::TopUpOfSeveral => "GATEWAY_ORDER_TOP_UP_OF_SEVERAL",
            Self::TopUpPostpaid(_) => "GATEWAY_ORDER_TOP_UP_POSTPAID",
            Self::AlreadyPlaced(_) => "GATEWAY_ORDER_ALREADY_PLACED",
            Self::Unknown(_) | Self::Absent => "GATEWAY_ORDER_UNKNOWN",
            Self::Expired => "GATEWAY_ORDER_EXPIRED",
            Self::HandOverRefused => "GATEWAY_ORDER_HAND_OVER_REFUSED",
            Self::HandOverUnknown => "GATEWAY_ORDER_HAND_OVER_UNKNOWN",
            Self::NotConfirmed => "GATEWAY_ORDER_NOT_CONFIRMED",
            Self::NotDisputed => "GATEWAY_ORDER_NOT_DISPUTED",
            Self::NoteInvalid => "GATEWAY_ORDER_NOTE_INVALID",
            Self::NothingToRefund => "GATEWAY_ORDER_NOTHING_TO_REFUND",
            Self::RefundAlreadyAsked => "GATEWAY_ORDER_REFUND_ALREADY_ASKED",
            Self::RefundNotAsked => "GATEWAY_ORDER_REFUND_NOT_ASKED",
            Self::TransactionTaken => "GATEWAY_ORDER_TRANSACTION_TAKEN",
            Self::Overflow => "GATEWAY_ORDER_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotConfigured | Self::WechatNotLinked => Some("channel"),
            Self::AccountNotBound(_) | Self::TopUpPostpaid(_) => Some("accountNos"),
            Self::TopUpOfSeveral => Some("topUp"),
            Self::AmountTooLarge(_) | Self::Overflow => Some("billNos"),
            Self::NoteInvalid => Some("note"),
            Self::NotCustomer
            | Self::HandOverRefused
            | Self::HandOverUnknown
            | Self::TransactionTaken => None,
            Self::AlreadyPlaced(_)
            | Self::Unknown(_)
            | Self::Absent
            | Self::Expired
            | Self::NotConfirmed
            | Self::NotDisputed
            | Self::NothingToRefund
            | Self::RefundAlreadyAsked
            | Self::RefundNotAsked => Some("orderNo"),
        }
    }
}
