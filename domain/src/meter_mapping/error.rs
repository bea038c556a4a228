use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::NumberKind;
use crate::units::{MeterNo, ValueError};

/// Why a number is not linked, or not let go.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeterMappingError {
    #[error("该号码已对应表号 {0}，请先解除")]
    NumberTaken(MeterNo),
    #[error("该表已有{}，请先解除", .0.label())]
    MeterHasOne(NumberKind),
    #[error("该号码目前没有对应这块表")]
    NotLinked,
    #[error("日期不能晚于今天")]
    InFuture { field: &'static str },
    #[error("该号码在 {0} 之前已对应其他表，开始日期不能更早")]
    FromBeforeLast(NaiveDate),
    #[error("解除日期不能早于开始日期 {0}")]
    ToBeforeFrom(NaiveDate),
    #[error("{0}")]
    Reason(ValueError),
}

impl BusinessError for MeterMappingError {
    fn code(&self) -> &'static str {
        match self {
            Self::NumberTaken(_) => "METER_MAPPING_NUMBER_TAKEN",
            Self::MeterHasOne(_) => "METER_MAPPING_METER_HAS_ONE",
            Self::NotLinked => "METER_MAPPING_NOT_LINKED",
            Self::InFuture { .. } => "METER_MAPPING_IN_FUTURE",
            Self::FromBeforeLast(_) => "METER_MAPPING_FROM_BEFORE_LAST",
            Self::ToBeforeFrom(_) => "METER_MAPPING_TO_BEFORE_FROM",
            Self::Reason(source) => source.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NumberTaken(_) | Self::NotLinked => "number",
            Self::MeterHasOne(_) => "meterNo",
            Self::InFuture { field } => field,
            Self::FromBeforeLast(_) => "from",
            Self::ToBeforeFrom(_) => "to",
            Self::Reason(_) => "reason",
        })
    }
}
