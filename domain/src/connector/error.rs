use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::settings::{EVERY_MINUTES_LEAST, NAME_LENGTH_MAX, URL_LENGTH_MAX};
use crate::units::ConnectorId;

pub(super) const REASON_LENGTH_MAX: usize = 200;

/// Why something about a connector is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConnectorError {
    #[error("没有平台对接 {0}")]
    Unknown(ConnectorId),
    #[error("没有这个平台对接")]
    Absent,
    #[error("平台对接 {0} 已经存在")]
    AlreadyRegistered(ConnectorId),
    #[error("名称不能为空，最多 {NAME_LENGTH_MAX} 个字")]
    NameInvalid,
    #[error("网址应以 https:// 或 http:// 开头，最多 {URL_LENGTH_MAX} 个字符")]
    UrlInvalid,
    #[error("网址中不能有账号口令；口令放在服务器的密钥文件里")]
    UrlHoldsSecret,
    #[error("目录名只能有字母、数字、- 和 _，最多 60 个字符")]
    FolderInvalid,
    #[error("间隔应能整除一天且不少于 {EVERY_MINUTES_LEAST} 分钟，起点在第一个间隔之内")]
    ScheduleInvalid,
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("平台对接已停用")]
    Paused,
    #[error("平台对接没有停用")]
    NotPaused,
    #[error("还没有到取数的时间")]
    NotDue,
    #[error("正在取数")]
    Running,
    #[error("没有正在进行的这次取数")]
    NotRunning,
    #[error("取数由系统进行")]
    NotTheSystem,
}

impl BusinessError for ConnectorError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "CONNECTOR_UNKNOWN",
            Self::AlreadyRegistered(_) => "CONNECTOR_ALREADY_REGISTERED",
            Self::NameInvalid => "CONNECTOR_NAME_INVALID",
            Self::UrlInvalid => "CONNECTOR_URL_INVALID",
            Self::UrlHoldsSecret => "CONNECTOR_URL_HOLDS_SECRET",
            Self::FolderInvalid => "CONNECTOR_FOLDER_INVALID",
            Self::ScheduleInvalid => "CONNECTOR_SCHEDULE_INVALID",
            Self::ReasonInvalid => "CONNECTOR_REASON_INVALID",
            Self::Paused => "CONNECTOR_PAUSED",
            Self::NotPaused => "CONNECTOR_NOT_PAUSED",
            Self::NotDue => "CONNECTOR_NOT_DUE",
            Self::Running => "CONNECTOR_RUNNING",
            Self::NotRunning => "CONNECTOR_NOT_RUNNING",
            Self::NotTheSystem => "CONNECTOR_NOT_THE_SYSTEM",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_) | Self::Absent | Self::AlreadyRegistered(_) => Some("connectorId"),
            Self::NameInvalid => Some("settings.name"),
            Self::UrlInvalid | Self::UrlHoldsSecret => Some("settings.url"),
            Self::FolderInvalid => Some("settings.folder"),
            Self::ScheduleInvalid => Some("settings.everyMinutes"),
            Self::ReasonInvalid => Some("reason"),
            Self::Paused
            | Self::NotPaused
            | Self::NotDue
            | Self::Running
            | Self::NotRunning
            | Self::NotTheSystem => None,
        }
    }
}
