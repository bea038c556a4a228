use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{METERS_MAX, NAME_LENGTH, REMINDERS_MAX};

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelfReadCampaignError {
    #[error("没有这个自助抄表活动")]
    NotFound,
    #[error("该自助抄表活动已经开始")]
    AlreadyOpened,
    #[error("该自助抄表活动已经结束")]
    Ended,
    #[error("活动名称不能为空，且最多 {NAME_LENGTH} 个字")]
    NameInvalid,
    #[error("没有需要自助抄表的表")]
    NoMeters,
    #[error("一次活动最多 {METERS_MAX} 块表")]
    TooManyMeters,
    #[error("同一块表出现了两次")]
    MeterTwice,
    #[error("截止日期不能早于开始日期")]
    UntilBeforeFrom,
    #[error("提醒日期应在活动期间内、互不相同，且最多 {REMINDERS_MAX} 次")]
    RemindersInvalid,
    #[error("这次提醒已经发出，或者不在活动的提醒日期中")]
    NotDue,
}

impl BusinessError for SelfReadCampaignError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "CAMPAIGN_NOT_FOUND",
            Self::AlreadyOpened => "CAMPAIGN_ALREADY_OPENED",
            Self::Ended => "CAMPAIGN_ENDED",
            Self::NameInvalid => "CAMPAIGN_NAME_INVALID",
            Self::NoMeters => "CAMPAIGN_HAS_NO_METERS",
            Self::TooManyMeters => "CAMPAIGN_TOO_MANY_METERS",
            Self::MeterTwice => "CAMPAIGN_METER_TWICE",
            Self::UntilBeforeFrom => "CAMPAIGN_UNTIL_BEFORE_FROM",
            Self::RemindersInvalid => "CAMPAIGN_REMINDERS_INVALID",
            Self::NotDue => "CAMPAIGN_REMINDER_NOT_DUE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound | Self::AlreadyOpened | Self::Ended => "campaignId",
            Self::NameInvalid => "name",
            Self::NoMeters | Self::TooManyMeters | Self::MeterTwice => "meterNos",
            Self::UntilBeforeFrom => "until",
            Self::RemindersInvalid | Self::NotDue => "remindOn",
        })
    }
}
