use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::rating::{LateFeeTerms, TariffSchedule, TariffVersion};
use crate::units::TariffId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TariffDefined {
    pub tariff_id: TariffId,
    pub name: String,
    /// How long after its issue a bill under this tariff is to be paid.
    pub payment_days: u16,
    pub schedule: TariffSchedule,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TariffEvent {
    Defined(TariffDefined),
    VersionPublished {
        version: TariffVersion,
    },
    /// What paying late costs, from a day on.
    LateFeeSet(LateFeeTerms),
}

impl DomainEvent for TariffEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Defined(_) => "tariff.defined",
            Self::VersionPublished { .. } => "tariff.version_published",
            Self::LateFeeSet(_) => "tariff.late_fee_set",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
