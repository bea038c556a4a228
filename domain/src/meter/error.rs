use chaobiao_decision::BusinessError;
use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::{Inactivity, ReadState};
use crate::units::{Index, Multiplier, ValueError, business_time};

/// Why a meter's command is refused. Each variant is one broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeterError {
    #[error("没有这块表")]
    NotFound,
    #[error("该表号已登记")]
    AlreadyRegistered,
    #[error("该计量点尚未安装表具")]
    NoDevice,
    #[error("该计量点已安装表具，请办理换表")]
    DeviceAlreadyInstalled,
    #[error("该表具编号已安装在其他计量点")]
    HardwareNoTaken,
    #[error("新表具的编号与旧表具相同")]
    SameDevice,
    #[error("表具位数应为 1 至 9 位")]
    DigitsOutOfRange,
    #[error("表具小数位数最多 4 位")]
    DecimalsOutOfRange,
    #[error("倍率最多保留 4 位小数")]
    MultiplierTooPrecise,
    #[error("每小时最大用量必须大于零，最多保留 4 位小数")]
    MaxPerHourInvalid,
    #[error("换装时间晚于当前时间")]
    DeviceDateInFuture,
    #[error("换装时间必须晚于 {}", local(.last))]
    DeviceDateBeforeLast { last: DateTime<Utc> },
    #[error("止码 {closing} 小于上次读数 {previous}，且不是过圈")]
    ClosingIndexWentBackwards { previous: Index, closing: Index },
    #[error("读数超出表具量程，应小于 {limit}")]
    IndexOutOfRange { limit: u64, field: &'static str },
    #[error("读数的小数位数超过表具的 {decimals} 位")]
    IndexTooPrecise { decimals: u8, field: &'static str },
    #[error("抄表时间晚于当前时间")]
    ReadingInFuture,
    #[error("抄表时间必须晚于上次读数的时间 {}", local(.last))]
    ReadingBeforeLast { last: DateTime<Utc> },
    #[error("抄表时间早于表具安装时间 {}", local(.installed_at))]
    ReadingBeforeInstallation { installed_at: DateTime<Utc> },
    #[error("同一时间已有不同的读数 {existing}")]
    ReadingConflict { existing: Index },
    #[error("请上传表盘照片")]
    PhotoRequired,
    #[error("没有找到这张照片，请重新上传")]
    PhotoUnknown,
    #[error("没有找到这张照片，请重新上传")]
    ClosingPhotoUnknown,
    #[error("本人不能使用该抄表方式")]
    ChannelNotAllowed,
    #[error("该表未开通自助抄表")]
    SelfReadNotEnabled,
    #[error("该表不属于您已绑定的户号")]
    NotYourMeter,
    #[error("没有这条读数")]
    ReadingNotFound,
    #[error("该读数不在待复核状态")]
    ReadingNotHeld,
    #[error("该读数没有照片")]
    ReadingHasNoPhoto,
    #[error("该读数已退回或已撤回")]
    ReadingNotStanding,
    #[error("该读数经两人更正，不随文件撤回")]
    ReadingWasCorrected,
    #[error("前后的估抄以该读数为依据，不能撤回")]
    ReadingBearsEstimates,
    #[error("账单或归户以该读数为准，不能撤回")]
    ReadingBilled,
    #[error("只能更正已通过的读数")]
    ReadingNotAccepted,
    #[error("读数须由另一人复核")]
    ReviewNeedsAnotherPerson,
    #[error("读数小于上次读数 {previous}：确为过圈的请注明，否则请更正上次读数或退回")]
    ReadingWentBackwards { previous: Index },
    #[error("该读数与之后的读数 {next} 矛盾，不能通过")]
    ReadingContradictsLater { next: Index },
    #[error("更正后的读数与前后读数矛盾")]
    CorrectionInconsistent,
    #[error("更正后的读数与原读数相同")]
    CorrectionChangesNothing,
    #[error("没有这条更正申请")]
    CorrectionNotFound,
    #[error("更正须由申请人和抄表人以外的人批准")]
    CorrectionNeedsAnotherPerson,
    #[error("上报的倍率 {reported} 与安装记录的倍率 {installed} 不符，请先核对或办理换装")]
    MultiplierDiffers {
        reported: Multiplier,
        installed: Multiplier,
    },
    #[error("上报的单位 {reported} 与该表的单位 {ours} 不符")]
    UnitDiffers {
        reported: String,
        ours: &'static str,
    },
    #[error("该计量点已是{}状态", .inactivity.label())]
    AlreadyInactive { inactivity: Inactivity },
    #[error("该计量点正在使用，无须恢复")]
    NotInactive,
    #[error("状态变更时间晚于当前时间")]
    SupplyChangeInFuture,
    #[error("状态变更时间必须晚于上次变更 {}", local(.last))]
    SupplyChangeBeforeLast { last: DateTime<Utc> },
    #[error("用量超出可计算的范围")]
    UsageOutOfRange,
    #[error("蓝牙抄表须上传表计的原始报文")]
    FrameRequired,
    #[error("报文不完整，或不是水表的读数")]
    FrameUnreadable,
    #[error("报文来自表具 {address}，不是本表")]
    FrameOfAnotherMeter { address: String },
    #[error("抄见状态“{}”须录入读数", .state.label())]
    StateTakesAnIndex { state: ReadState },
    #[error("抄见状态“{}”不录入读数", .state.label())]
    StateTakesNoIndex { state: ReadState },
    #[error("该表当前情况不适用抄见状态“{}”", .state.label())]
    StateDoesNotFit { state: ReadState },
    #[error("该时间已有读数")]
    ReadingAtThatTime,
    #[error("自 {since} 起未实抄，已不能继续估抄，请上门抄表")]
    EstimatedTooLong { since: NaiveDate },
    #[error("没有可供估算的用量记录，请上门抄表")]
    NothingToEstimateFrom,
    #[error("延迟日期必须晚于今天")]
    DelayNotAhead,
    #[error("{source}")]
    Value {
        field: &'static str,
        source: ValueError,
    },
}

fn local(instant: &DateTime<Utc>) -> impl std::fmt::Display + use<> {
    business_time(*instant).format("%Y-%m-%d %H:%M")
}

impl BusinessError for MeterError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "METER_NOT_FOUND",
            Self::AlreadyRegistered => "METER_ALREADY_REGISTERED",
            Self::NoDevice => "METER_NO_DEVICE",
            Self::DeviceAlreadyInstalled => "METER_DEVICE_ALREADY_INSTALLED",
            Self::HardwareNoTaken => "METER_HARDWARE_NO_TAKEN",
            Self::SameDevice => "METER_SAME_DEVICE",
            Self::DigitsOutOfRange => "METER_DIGITS_OUT_OF_RANGE",
            Self::DecimalsOutOfRange => "METER_DECIMALS_OUT_OF_RANGE",
            Self::MultiplierTooPrecise => "METER_MULTIPLIER_TOO_PRECISE",
            Self::MaxPerHourInvalid => "METER_MAX_PER_HOUR_INVALID",
            Self::DeviceDateInFuture => "METER_DEVICE_DATE_IN_FUTURE",
            Self::DeviceDateBeforeLast { .. } => "METER_DEVICE_DATE_BEFORE_LAST",
            Self::ClosingIndexWentBackwards { .. } => "METER_CLOSING_INDEX_WENT_BACKWARDS",
            Self::IndexOutOfRange { .. } => "METER_INDEX_OUT_OF_RANGE",
            Self::IndexTooPrecise { .. } => "METER_INDEX_TOO_PRECISE",
            Self::ReadingInFuture => "METER_READING_IN_FUTURE",
            Self::ReadingBeforeLast { .. } => "METER_READING_BEFORE_LAST",
            Self::ReadingBeforeInstallation { .. } => "METER_READING_BEFORE_INSTALLATION",
            Self::ReadingConflict { .. } => "METER_READING_CONFLICT",
            Self::PhotoRequired => "METER_PHOTO_REQUIRED",
            Self::PhotoUnknown | Self::ClosingPhotoUnknown => "METER_PHOTO_UNKNOWN",
            Self::ChannelNotAllowed => "METER_CHANNEL_NOT_ALLOWED",
            Self::SelfReadNotEnabled => "METER_SELF_READ_NOT_ENABLED",
            Self::NotYourMeter => "METER_NOT_YOURS",
            Self::ReadingNotFound => "METER_READING_NOT_FOUND",
            Self::ReadingNotHeld => "METER_READING_NOT_HELD",
            Self::ReadingHasNoPhoto => "METER_READING_HAS_NO_PHOTO",
            Self::ReadingNotStanding => "METER_READING_NOT_STANDING",
            Self::ReadingWasCorrected => "METER_READING_WAS_CORRECTED",
            Self::ReadingBearsEstimates => "METER_READING_BEARS_ESTIMATES",
            Self::ReadingBilled => "METER_READING_BILLED",
            Self::ReadingNotAccepted => "METER_READING_NOT_ACCEPTED",
            Self::ReviewNeedsAnotherPerson => "METER_REVIEW_NEEDS_ANOTHER_PERSON",
            Self::ReadingWentBackwards { .. } => "METER_READING_WENT_BACKWARDS",
            Self::ReadingContradictsLater { .. } => "METER_READING_CONTRADICTS_LATER",
            Self::CorrectionInconsistent => "METER_CORRECTION_INCONSISTENT",
            Self::CorrectionChangesNothing => "METER_CORRECTION_CHANGES_NOTHING",
            Self::CorrectionNotFound => "METER_CORRECTION_NOT_FOUND",
            Self::CorrectionNeedsAnotherPerson => "METER_CORRECTION_NEEDS_ANOTHER_PERSON",
            Self::MultiplierDiffers { .. } => "METER_MULTIPLIER_DIFFERS",
            Self::UnitDiffers { .. } => "METER_UNIT_DIFFERS",
            Self::AlreadyInactive { .. } => "METER_ALREADY_INACTIVE",
            Self::NotInactive => "METER_NOT_INACTIVE",
            Self::SupplyChangeInFuture => "METER_SUPPLY_CHANGE_IN_FUTURE",
            Self::SupplyChangeBeforeLast { .. } => "METER_SUPPLY_CHANGE_BEFORE_LAST",
            Self::UsageOutOfRange => "METER_USAGE_OUT_OF_RANGE",
            Self::FrameRequired => "METER_FRAME_REQUIRED",
            Self::FrameUnreadable => "METER_FRAME_UNREADABLE",
            Self::FrameOfAnotherMeter { .. } => "METER_FRAME_OF_ANOTHER_METER",
            Self::StateTakesAnIndex { .. } => "METER_STATE_TAKES_AN_INDEX",
            Self::StateTakesNoIndex { .. } => "METER_STATE_TAKES_NO_INDEX",
            Self::StateDoesNotFit { .. } => "METER_STATE_DOES_NOT_FIT",
            Self::ReadingAtThatTime => "METER_READING_AT_THAT_TIME",
            Self::EstimatedTooLong { .. } => "METER_ESTIMATED_TOO_LONG",
            Self::NothingToEstimateFrom => "METER_NOTHING_TO_ESTIMATE_FROM",
            Self::DelayNotAhead => "METER_DELAY_NOT_AHEAD",
            Self::Value { source, .. } => source.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound
            | Self::AlreadyRegistered
            | Self::NoDevice
            | Self::DeviceAlreadyInstalled
            | Self::SelfReadNotEnabled
            | Self::NotInactive
            | Self::EstimatedTooLong { .. }
            | Self::NothingToEstimateFrom
            | Self::NotYourMeter => Some("meterNo"),
            Self::HardwareNoTaken | Self::SameDevice => Some("hardwareNo"),
            Self::DigitsOutOfRange => Some("digits"),
            Self::DecimalsOutOfRange => Some("decimals"),
            Self::MultiplierTooPrecise | Self::MultiplierDiffers { .. } => Some("multiplier"),
            Self::MaxPerHourInvalid => Some("maxPerHour"),
            Self::DeviceDateInFuture | Self::DeviceDateBeforeLast { .. } => Some("installedAt"),
            Self::ClosingIndexWentBackwards { .. } => Some("closingIndex"),
            Self::ClosingPhotoUnknown => Some("closingPhoto"),
            Self::IndexOutOfRange { field, .. }
            | Self::IndexTooPrecise { field, .. }
            | Self::Value { field, .. } => Some(field),
            Self::ReadingInFuture
            | Self::ReadingAtThatTime
            | Self::ReadingBeforeLast { .. }
            | Self::ReadingBeforeInstallation { .. } => Some("readAt"),
            Self::ReadingConflict { .. }
            | Self::CorrectionInconsistent
            | Self::CorrectionChangesNothing
            | Self::UsageOutOfRange => Some("index"),
            Self::PhotoRequired | Self::PhotoUnknown => Some("photo"),
            Self::ChannelNotAllowed => Some("channel"),
            Self::ReadingNotFound
            | Self::ReadingNotHeld
            | Self::ReadingHasNoPhoto
            | Self::ReadingNotStanding
            | Self::ReadingWasCorrected
            | Self::ReadingBearsEstimates
            | Self::ReadingBilled
            | Self::ReadingNotAccepted
            | Self::ReadingContradictsLater { .. } => Some("readingId"),
            Self::ReadingWentBackwards { .. } => Some("rollover"),
            Self::CorrectionNotFound => Some("correctionId"),
            Self::FrameRequired | Self::FrameUnreadable | Self::FrameOfAnotherMeter { .. } => {
                Some("frame")
            }
            Self::StateTakesAnIndex { .. }
            | Self::StateTakesNoIndex { .. }
            | Self::StateDoesNotFit { .. } => Some("state"),
            Self::DelayNotAhead => Some("until"),
            Self::UnitDiffers { .. } => Some("unit"),
            Self::AlreadyInactive { .. } => Some("inactivity"),
            Self::SupplyChangeInFuture | Self::SupplyChangeBeforeLast { .. } => Some("since"),
            Self::ReviewNeedsAnotherPerson | Self::CorrectionNeedsAnotherPerson => None,
        }
    }
}
