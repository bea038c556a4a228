use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::aggregate::MEMBERS_MAX;
use crate::units::{AccountNo, BillingMonth, MeterNo};

/// Why a common meter's usage is not shared so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SharedAllocationError {
    #[error("表计 {0} 没有公摊协议")]
    Unknown(MeterNo),
    #[error("公摊户应为 1 至 {MEMBERS_MAX} 户")]
    MembersInvalid,
    #[error("户号 {0} 重复")]
    MemberTwice(AccountNo),
    #[error("户号 {0} 缺少面积")]
    AreaMissing(AccountNo),
    #[error("分摊权重不能全部为零")]
    WeightsZero,
    #[error("该表 {from} 起已有公摊协议，期间不能重叠")]
    Overlaps { from: NaiveDate },
    #[error("公摊协议的终止日期不能早于 {from}")]
    EndsTooEarly { from: NaiveDate },
    #[error("公摊协议已于 {0} 终止")]
    AlreadyEnded(NaiveDate),
    #[error("表计 {0} 由户号付费，不能公摊")]
    MeterPaidFor(MeterNo),
    #[error("价格方案与表计的能源不同")]
    OtherCommodity,
    #[error("{0} 账期的公摊已经入账")]
    AlreadyPosted(BillingMonth),
    #[error("{0} 账期的公摊已经入账，账期须依次办理")]
    LaterPosted(BillingMonth),
    #[error("{0} 账期没有已入账的公摊")]
    NotPosted(BillingMonth),
    #[error("{0} 账期没有可分摊的用量")]
    NothingToShare(BillingMonth),
    #[error("表计 {0} 的读数更正后少于已分摊的用量")]
    BelowPosted(MeterNo),
    #[error("{0} 账期尚未开始")]
    MonthInFuture(BillingMonth),
    #[error("日期不能晚于今天")]
    InFuture,
    #[error("户号 {account_no} 在 {month} 账期尚未开账，不能按用量分摊")]
    MemberNotBilled {
        account_no: AccountNo,
        month: BillingMonth,
    },
    #[error("表计 {0} 的读数待审核，审核通过后再分摊")]
    ReadingsHeld(MeterNo),
    #[error("总表 {0} 下有表计没有本期读数，抄齐后再分摊损耗")]
    SubsUnread(MeterNo),
    #[error("总表 {0} 之下没有表计，或读数已有变动，请重试")]
    LossUnknown(MeterNo),
    #[error("须说明原因，最多 200 个字")]
    ReasonInvalid,
    #[error("金额或用量超出可计算范围")]
    Overflow,
}

impl BusinessError for SharedAllocationError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "SHARED_ALLOCATION_UNKNOWN",
            Self::MembersInvalid => "SHARED_ALLOCATION_MEMBERS_INVALID",
            Self::MemberTwice(_) => "SHARED_ALLOCATION_MEMBER_TWICE",
            Self::AreaMissing(_) => "SHARED_ALLOCATION_AREA_MISSING",
            Self::WeightsZero => "SHARED_ALLOCATION_WEIGHTS_ZERO",
            Self::Overlaps { .. } => "SHARED_ALLOCATION_OVERLAPS",
            Self::EndsTooEarly { .. } => "SHARED_ALLOCATION_ENDS_TOO_EARLY",
            Self::AlreadyEnded(_) => "SHARED_ALLOCATION_ALREADY_ENDED",
            Self::MeterPaidFor(_) => "SHARED_ALLOCATION_METER_PAID_FOR",
            Self::OtherCommodity => "SHARED_ALLOCATION_OTHER_COMMODITY",
            Self::AlreadyPosted(_) => "SHARED_ALLOCATION_ALREADY_POSTED",
            Self::LaterPosted(_) => "SHARED_ALLOCATION_LATER_POSTED",
            Self::NotPosted(_) => "SHARED_ALLOCATION_NOT_POSTED",
            Self::NothingToShare(_) => "SHARED_ALLOCATION_NOTHING_TO_SHARE",
            Self::BelowPosted(_) => "SHARED_ALLOCATION_BELOW_POSTED",
            Self::MonthInFuture(_) => "SHARED_ALLOCATION_MONTH_IN_FUTURE",
            Self::InFuture => "SHARED_ALLOCATION_IN_FUTURE",
            Self::MemberNotBilled { .. } => "SHARED_ALLOCATION_MEMBER_NOT_BILLED",
            Self::ReadingsHeld(_) => "SHARED_ALLOCATION_READINGS_HELD",
            Self::SubsUnread(_) => "SHARED_ALLOCATION_SUBS_UNREAD",
            Self::LossUnknown(_) => "SHARED_ALLOCATION_LOSS_UNKNOWN",
            Self::ReasonInvalid => "SHARED_ALLOCATION_REASON_INVALID",
            Self::Overflow => "SHARED_ALLOCATION_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_)
            | Self::MeterPaidFor(_)
            | Self::ReadingsHeld(_)
            | Self::SubsUnread(_)
            | Self::LossUnknown(_)
            | Self::BelowPosted(_) => Some("meterNo"),
            Self::MembersInvalid
            | Self::MemberTwice(_)
            | Self::AreaMissing(_)
            | Self::WeightsZero => Some("members"),
            Self::Overlaps { .. } => Some("from"),
            Self::EndsTooEarly { .. } | Self::AlreadyEnded(_) | Self::InFuture => Some("on"),
            Self::OtherCommodity => Some("tariffId"),
            Self::AlreadyPosted(_)
            | Self::LaterPosted(_)
            | Self::NotPosted(_)
            | Self::NothingToShare(_)
            | Self::MonthInFuture(_)
            | Self::MemberNotBilled { .. } => Some("month"),
            Self::ReasonInvalid => Some("reason"),
            Self::Overflow => None,
        }
    }
}
