use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{PHOTOS_MAX, PLACE_LENGTH_MAX};
use super::event::TEXT_LENGTH_MAX;

/// Why a service case refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaseError {
    // The same for somebody else's: nobody may find out which there are.
    #[error("诉求不存在")]
    Unknown,
    #[error("该诉求已登记")]
    AlreadyOpened,
    #[error("请填写地点，最多 {PLACE_LENGTH_MAX} 个字")]
    PlaceInvalid,
    #[error("请填写内容，最多 {TEXT_LENGTH_MAX} 个字")]
    TextInvalid,
    #[error("请选择服务诉求的类别；其他诉求不分类别")]
    TopicMismatch,
    #[error("最多可附 {PHOTOS_MAX} 张照片")]
    TooManyPhotos,
    #[error("照片不存在，请重新上传")]
    PhotoUnknown,
    #[error("户号未绑定，不能用于该诉求")]
    AccountNotYours,
    #[error("该表计不属于已绑定的户号")]
    MeterNotYours,
    #[error("工作人员不存在或已离职")]
    StaffUnknown,
    #[error("只有投诉可以指明被投诉人")]
    NotAComplaint,
    #[error("请填写联系电话")]
    ContactMissing,
    #[error("现场上报由工作人员提交，其他诉求由用户提交")]
    KindNotAllowed,
    #[error("被投诉人不能处理该投诉")]
    HandlerConcerned,
    #[error("该工作人员没有处理诉求的权限")]
    AssigneeNotAllowed,
    #[error("该诉求已办结")]
    NotOpen,
    #[error("该诉求尚未办结")]
    StillOpen,
    #[error("已经评价过")]
    AlreadyRated,
    #[error("评分应为 1 到 5")]
    StarsOutOfRange,
    #[error("该诉求已经答复")]
    Answered,
    #[error("答复时限已经变更")]
    DeadlineMoved,
    #[error("诉求须由工作人员处理")]
    StaffOnly,
}

impl BusinessError for CaseError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "CASE_UNKNOWN",
            Self::AlreadyOpened => "CASE_ALREADY_OPENED",
            Self::PlaceInvalid => "CASE_PLACE_INVALID",
            Self::TextInvalid => "CASE_TEXT_INVALID",
            Self::TopicMismatch => "CASE_TOPIC_MISMATCH",
            Self::TooManyPhotos => "CASE_TOO_MANY_PHOTOS",
            Self::PhotoUnknown => "CASE_PHOTO_UNKNOWN",
            Self::AccountNotYours => "CASE_ACCOUNT_NOT_YOURS",
            Self::MeterNotYours => "CASE_METER_NOT_YOURS",
            Self::StaffUnknown => "CASE_STAFF_UNKNOWN",
            Self::NotAComplaint => "CASE_NOT_A_COMPLAINT",
            Self::ContactMissing => "CASE_CONTACT_MISSING",
            Self::KindNotAllowed => "CASE_KIND_NOT_ALLOWED",
            Self::HandlerConcerned => "CASE_HANDLER_CONCERNED",
            Self::AssigneeNotAllowed => "CASE_ASSIGNEE_NOT_ALLOWED",
            Self::NotOpen => "CASE_NOT_OPEN",
            Self::StillOpen => "CASE_STILL_OPEN",
            Self::AlreadyRated => "CASE_ALREADY_RATED",
            Self::StarsOutOfRange => "CASE_STARS_OUT_OF_RANGE",
            Self::Answered => "CASE_ANSWERED",
            Self::DeadlineMoved => "CASE_DEADLINE_MOVED",
            Self::StaffOnly => "CASE_STAFF_ONLY",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::PlaceInvalid => Some("place"),
            Self::TextInvalid => Some("text"),
            Self::TopicMismatch => Some("topic"),
            Self::TooManyPhotos | Self::PhotoUnknown => Some("photos"),
            Self::AccountNotYours => Some("accountNo"),
            Self::MeterNotYours => Some("meterNo"),
            Self::StaffUnknown | Self::NotAComplaint => Some("staffConcerned"),
            Self::ContactMissing => Some("contactPhone"),
            Self::KindNotAllowed => Some("kind"),
            Self::AssigneeNotAllowed => Some("login"),
            Self::StarsOutOfRange => Some("stars"),
            Self::Unknown
            | Self::AlreadyOpened
            | Self::HandlerConcerned
            | Self::NotOpen
            | Self::StillOpen
            | Self::AlreadyRated
            | Self::Answered
            | Self::DeadlineMoved => Some("caseId"),
            Self::StaffOnly => None,
        }
    }
}
