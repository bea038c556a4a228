use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::{CertificateNo, EquipmentKind, ModelSpec, Requirement};
use crate::units::{CampusId, Commodity, EquipmentModelId, HardwareNo, StaffLogin};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRegistered {
    pub model_id: EquipmentModelId,
    pub spec: ModelSpec,
    /// What it lacks of what is asked; only a terminal may lack anything.
    pub shortfalls: Vec<Requirement>,
}

/// No more of it is to be bought or put up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelWithdrawn {
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EquipmentModelEvent {
    Registered(Box<ModelRegistered>),
    Withdrawn(ModelWithdrawn),
}

impl DomainEvent for EquipmentModelEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "equipment_model.registered",
            Self::Withdrawn(_) => "equipment_model.withdrawn",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRegistered {
    /// What is stamped on it; of a meter, the number it is installed under.
    pub equipment_no: HardwareNo,
    pub model_id: EquipmentModelId,
    pub kind: EquipmentKind,
    pub campus: CampusId,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeper: Option<StaffLogin>,
    pub acquired_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemVerified {
    pub on: NaiveDate,
    pub certificate_no: CertificateNo,
    pub passed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRetired {
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EquipmentItemEvent {
    Registered(ItemRegistered),
    Verified(ItemVerified),
    Retired(ItemRetired),
}

impl DomainEvent for EquipmentItemEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "equipment_item.registered",
            Self::Verified(_) => "equipment_item.verified",
            Self::Retired(_) => "equipment_item.retired",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// How long meters up to a calibre may hang.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleClass {
    /// Included; none for all above the others, and for meters without a calibre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibre_mm_max: Option<u16>,
    /// 检定周期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_months: Option<u16>,
    /// 轮换周期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate_months: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleSet {
    pub commodity: Commodity,
    pub from: NaiveDate,
    /// By calibre, the smallest first.
    pub classes: Vec<CycleClass>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VerificationCycleEvent {
    Set(CycleSet),
}

impl DomainEvent for VerificationCycleEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Set(_) => "verification_cycle.set",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
