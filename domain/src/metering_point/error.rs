use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use crate::units::{ValueError, written};

/// Why a fact about a metering point is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeteringPointError {
    #[error("请说明表计位置，或在现场定位")]
    PlaceMissing,
    #[error("标记时间不能晚于现在")]
    MarkInFuture,
    #[error("请填写核对内容")]
    NothingChecked,
    #[error("同一项内容只能核对一次")]
    CheckedTwice,
    #[error("发现不符时请拍照")]
    PhotoRequired,
    #[error("没有这条不符记录")]
    MismatchNotFound,
    #[error("该不符记录已处理")]
    AlreadyResolved,
    #[error("已是该抄表方式")]
    SameMethod,
    #[error("新的抄表方式须从 {last} 之后开始执行")]
    MethodNotLater { last: NaiveDate },
    #[error("{source}")]
    Value {
        field: &'static str,
        source: ValueError,
    },
}

impl BusinessError for MeteringPointError {
    fn code(&self) -> &'static str {
        match self {
            Self::PlaceMissing => "METERING_POINT_PLACE_MISSING",
            Self::MarkInFuture => "METERING_POINT_MARK_IN_FUTURE",
            Self::NothingChecked => "METERING_POINT_NOTHING_CHECKED",
            Self::CheckedTwice => "METERING_POINT_CHECKED_TWICE",
            Self::PhotoRequired => "METERING_POINT_PHOTO_REQUIRED",
            Self::MismatchNotFound => "METERING_POINT_MISMATCH_NOT_FOUND",
            Self::AlreadyResolved => "METERING_POINT_ALREADY_RESOLVED",
            Self::SameMethod => "METERING_POINT_SAME_METHOD",
            Self::MethodNotLater { .. } => "METERING_POINT_METHOD_NOT_LATER",
            Self::Value { source, .. } => source.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::PlaceMissing => "place",
            Self::MarkInFuture => "markedAt",
            Self::NothingChecked | Self::CheckedTwice => "findings",
            Self::PhotoRequired => "photo",
            Self::MismatchNotFound | Self::AlreadyResolved => "verificationId",
            Self::SameMethod => "method",
            Self::MethodNotLater { .. } => "from",
            Self::Value { field, .. } => field,
        })
    }
}

/// What people write is kept without the white space around it, and within bounds.
pub(super) fn text(
    text: &str,
    field: &'static str,
    what: &'static str,
) -> Result<String, MeteringPointError> {
    const LENGTH_MAX: usize = 200;
    written(text, what, LENGTH_MAX).map_err(|source| MeteringPointError::Value { field, source })
}
