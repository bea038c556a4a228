use std::collections::BTreeSet;

use chaobiao_decision::Personal;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::units::{CampusId, Phone, StaffLogin};

/// How a member of staff can be reached; editable by the person (R68).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StaffContact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<Personal<Phone>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office_phone: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<Personal<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaffHired {
    pub login: StaffLogin,
    pub name: Personal<String>,
    /// 部门
    pub department: String,
    /// 岗位
    pub position: String,
    /// `None`: the centre as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
    pub roles: BTreeSet<Role>,
    #[serde(default)]
    pub contact: StaffContact,
}

/// The fields that got another value; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StaffProfile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
    #[serde(default)]
    pub contact: StaffContact,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StaffEvent {
    Hired(StaffHired),
    ProfileChanged(StaffProfile),
    RoleGranted {
        role: Role,
    },
    RoleRevoked {
        role: Role,
    },
    /// 辖区: confined to what belongs to their own campus, or no longer.
    ReachChanged {
        confined: bool,
    },
    Left,
}

impl DomainEvent for StaffEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Hired(_) => "staff.hired",
            Self::ProfileChanged(_) => "staff.profile_changed",
            Self::RoleGranted { .. } => "staff.role_granted",
            Self::RoleRevoked { .. } => "staff.role_revoked",
            Self::ReachChanged { .. } => "staff.reach_changed",
            Self::Left => "staff.left",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
