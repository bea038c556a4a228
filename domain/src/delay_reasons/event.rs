use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::ReasonCode;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelayReasonDefined {
    pub code: ReasonCode,
    /// As readers see it, 门锁.
    pub label: String,
    /// Whether it says too little without a note.
    pub needs_note: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DelayReasonsEvent {
    Defined(DelayReasonDefined),
    Retired { code: ReasonCode },
}

impl DomainEvent for DelayReasonsEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Defined(_) => "delay_reasons.defined",
            Self::Retired { .. } => "delay_reasons.retired",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
