use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use crate::units::{MeterNo, ValueError, written};

/// Why a meter is not put behind another, or limits are not set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeterTreeError {
    #[error("没有这块总表")]
    ParentNotFound,
    #[error("表计不能是自己的总表")]
    OwnParent,
    #[error("总表与分表须计量同一种能源")]
    OtherCommodity,
    #[error("{0} 已在这块表的下级，不能再作其总表")]
    Cycle(MeterNo),
    #[error("总分表层级过多，最多 {max} 级")]
    TooDeep { max: usize },
    #[error("该表已挂在总表 {0} 之下，请先解除")]
    AlreadyLinked(MeterNo),
    #[error("该表目前没有总表")]
    NotLinked,
    #[error("日期不能晚于今天")]
    InFuture { field: &'static str },
    #[error("该表在 {0} 之前已挂在其他总表之下，开始日期不能更早")]
    FromBeforeLast(NaiveDate),
    #[error("解除日期不能早于开始日期 {0}")]
    ToBeforeFrom(NaiveDate),
    #[error("损耗率下限必须小于上限，且都在 -100% 到 100% 之间")]
    BoundsInvalid,
    #[error("新的损耗限值须从 {last} 之后开始执行")]
    LimitsNotLater { last: NaiveDate },
    #[error("{0}")]
    Reason(ValueError),
}

impl BusinessError for MeterTreeError {
    fn code(&self) -> &'static str {
        match self {
            Self::ParentNotFound => "METER_TREE_PARENT_NOT_FOUND",
            Self::OwnParent => "METER_TREE_OWN_PARENT",
            Self::OtherCommodity => "METER_TREE_OTHER_COMMODITY",
            Self::Cycle(_) => "METER_TREE_CYCLE",
            Self::TooDeep { .. } => "METER_TREE_TOO_DEEP",
            Self::AlreadyLinked(_) => "METER_TREE_ALREADY_LINKED",
            Self::NotLinked => "METER_TREE_NOT_LINKED",
            Self::InFuture { .. } => "METER_TREE_IN_FUTURE",
            Self::FromBeforeLast(_) => "METER_TREE_FROM_BEFORE_LAST",
            Self::ToBeforeFrom(_) => "METER_TREE_TO_BEFORE_FROM",
            Self::BoundsInvalid => "METER_TREE_BOUNDS_INVALID",
            Self::LimitsNotLater { .. } => "METER_TREE_LIMITS_NOT_LATER",
            Self::Reason(source) => source.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::ParentNotFound
            | Self::OwnParent
            | Self::OtherCommodity
            | Self::Cycle(_)
            | Self::TooDeep { .. } => "parentNo",
            Self::AlreadyLinked(_) | Self::NotLinked => "meterNo",
            Self::InFuture { field } => field,
            Self::FromBeforeLast(_) | Self::LimitsNotLater { .. } => "from",
            Self::ToBeforeFrom(_) => "to",
            Self::BoundsInvalid => "lowPercent",
            Self::Reason(_) => "reason",
        })
    }
}

/// What people write is kept without the white space around it, and within bounds.
pub(super) fn reason(text: &str) -> Result<String, MeterTreeError> {
    const LENGTH_MAX: usize = 200;
    written(text, "原因", LENGTH_MAX).map_err(MeterTreeError::Reason)
}
