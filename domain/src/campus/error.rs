use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::TEXT_LENGTH_MAX;
use crate::units::CampusId;

/// Why a campus refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CampusError {
    #[error("校区不存在")]
    Unknown,
    #[error("校区 {0} 已经存在")]
    AlreadyOpen(CampusId),
    #[error("校区名称不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    NameInvalid,
    #[error("联系方式不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    ContactInvalid,
    #[error("办公地点不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    PlaceInvalid,
    #[error("负责人不能为空，且最多 {TEXT_LENGTH_MAX} 个字")]
    PersonInvalid,
}

impl BusinessError for CampusError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "CAMPUS_UNKNOWN",
            Self::AlreadyOpen(_) => "CAMPUS_ALREADY_OPEN",
            Self::NameInvalid => "CAMPUS_NAME_INVALID",
            Self::ContactInvalid => "CAMPUS_CONTACT_INVALID",
            Self::PlaceInvalid => "CAMPUS_PLACE_INVALID",
            Self::PersonInvalid => "CAMPUS_PERSON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown | Self::AlreadyOpen(_) => "campusId",
            Self::NameInvalid => "name",
            Self::ContactInvalid => "contact",
            Self::PlaceInvalid => "place",
            Self::PersonInvalid => "personInCharge",
        })
    }
}
