use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, CampusId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthClosed {
    pub campus: CampusId,
    pub month: BillingMonth,
    pub closed_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BillingMonthEvent {
    Closed(MonthClosed),
}

impl DomainEvent for BillingMonthEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Closed(_) => "billing_month.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
