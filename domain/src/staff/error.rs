use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::TEXT_LENGTH_MAX;
use crate::units::{CampusId, StaffLogin};

/// Why a member of staff's record refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StaffError {
    #[error("工号不存在")]
    Unknown,
    #[error("工号 {0} 已经存在")]
    AlreadyHired(StaffLogin),
    #[error("该工作人员已离职")]
    HasLeft,
    #[error("姓名不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    NameInvalid,
    #[error("部门不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    DepartmentInvalid,
    #[error("岗位不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    PositionInvalid,
    #[error("联系方式最多 {TEXT_LENGTH_MAX} 个字")]
    ContactInvalid,
    #[error("校区 {0} 不存在")]
    CampusUnknown(CampusId),
    #[error("至少需要一个角色")]
    NoRole,
    #[error("系统管理员与审计员不得由同一人担任")]
    RolesExclude,
    #[error("不能更改自己的角色")]
    OwnRoles,
    #[error("姓名、部门、岗位和校区须由管理员更改")]
    NotYoursToChange,
    #[error("不能更改自己的辖区")]
    OwnReach,
    #[error("没有登记所属校区，无从限定辖区")]
    NoCampus,
    #[error("不能为自己办理离职")]
    OwnLeave,
}

impl BusinessError for StaffError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "STAFF_UNKNOWN",
            Self::AlreadyHired(_) => "STAFF_ALREADY_HIRED",
            Self::HasLeft => "STAFF_HAS_LEFT",
            Self::NameInvalid => "STAFF_NAME_INVALID",
            Self::DepartmentInvalid => "STAFF_DEPARTMENT_INVALID",
            Self::PositionInvalid => "STAFF_POSITION_INVALID",
            Self::ContactInvalid => "STAFF_CONTACT_INVALID",
            Self::CampusUnknown(_) => "STAFF_CAMPUS_UNKNOWN",
            Self::NoRole => "STAFF_NO_ROLE",
            Self::RolesExclude => "STAFF_ROLES_EXCLUDE",
            Self::OwnRoles => "STAFF_OWN_ROLES",
            Self::NotYoursToChange => "STAFF_NOT_YOURS_TO_CHANGE",
            Self::OwnReach => "STAFF_OWN_REACH",
            Self::NoCampus => "STAFF_NO_CAMPUS",
            Self::OwnLeave => "STAFF_OWN_LEAVE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown
            | Self::AlreadyHired(_)
            | Self::HasLeft
            | Self::OwnReach
            | Self::NoCampus
            | Self::OwnLeave => Some("login"),
            Self::NameInvalid => Some("name"),
            Self::DepartmentInvalid => Some("department"),
            Self::PositionInvalid => Some("position"),
            Self::CampusUnknown(_) => Some("campusId"),
            Self::NoRole => Some("roles"),
            Self::RolesExclude | Self::OwnRoles => Some("role"),
            Self::ContactInvalid | Self::NotYoursToChange => None,
        }
    }
}
