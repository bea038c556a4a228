use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::Requirement;
use crate::units::{ValueError, written};

/// Why a model, a piece of equipment or a cycle is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EquipmentError {
    #[error("该型号已登记")]
    ModelExists,
    #[error("没有这个型号")]
    ModelNotFound,
    #[error("该型号已停用")]
    ModelWithdrawn,
    #[error("不符合要求：{}", .0.label())]
    RequirementUnmet(Requirement),
    #[error("该设备已登记")]
    ItemExists,
    #[error("没有这台设备")]
    ItemNotFound,
    #[error("该设备已报废")]
    ItemRetired,
    #[error("只有表计需要检定")]
    NotAMeter,
    #[error("日期不能晚于今天")]
    InFuture { field: &'static str },
    #[error("检定日期必须晚于上次检定 {last}")]
    VerifiedBefore { last: NaiveDate },
    #[error("请至少填写一个口径段，按口径从小到大，且每段有检定或轮换周期")]
    CycleInvalid,
    #[error("新的周期须从 {last} 之后开始执行")]
    CycleNotLater { last: NaiveDate },
    #[error("{source}")]
    Value {
        field: &'static str,
        source: ValueError,
    },
}

impl BusinessError for EquipmentError {
    fn code(&self) -> &'static str {
        match self {
            Self::ModelExists => "EQUIPMENT_MODEL_EXISTS",
            Self::ModelNotFound => "EQUIPMENT_MODEL_NOT_FOUND",
            Self::ModelWithdrawn => "EQUIPMENT_MODEL_WITHDRAWN",
            Self::RequirementUnmet(_) => "EQUIPMENT_REQUIREMENT_UNMET",
            Self::ItemExists => "EQUIPMENT_EXISTS",
            Self::ItemNotFound => "EQUIPMENT_NOT_FOUND",
            Self::ItemRetired => "EQUIPMENT_RETIRED",
            Self::NotAMeter => "EQUIPMENT_NOT_A_METER",
            Self::InFuture { .. } => "EQUIPMENT_IN_FUTURE",
            Self::VerifiedBefore { .. } => "EQUIPMENT_VERIFIED_BEFORE",
            Self::CycleInvalid => "EQUIPMENT_CYCLE_INVALID",
            Self::CycleNotLater { .. } => "EQUIPMENT_CYCLE_NOT_LATER",
            Self::Value { source, .. } => source.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::ModelExists | Self::ModelNotFound | Self::ModelWithdrawn => "modelId",
            Self::RequirementUnmet(requirement) => requirement.field(),
            Self::ItemExists | Self::ItemNotFound | Self::ItemRetired | Self::NotAMeter => {
                "equipmentNo"
            }
            Self::InFuture { field } | Self::Value { field, .. } => field,
            Self::VerifiedBefore { .. } => "on",
            Self::CycleInvalid => "classes",
            Self::CycleNotLater { .. } => "from",
        })
    }
}

/// What people write is kept without the white space around it, and within bounds.
pub(super) fn text(
    text: &str,
    field: &'static str,
    what: &'static str,
) -> Result<String, EquipmentError> {
    const LENGTH_MAX: usize = 100;
    written(text, what, LENGTH_MAX).map_err(|source| EquipmentError::Value { field, source })
}
