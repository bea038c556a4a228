use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, CampusId, Commodity, MeterNo, OutageId};

/// Who is without supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum OutageArea {
    Campus {
        campus: CampusId,
    },
    Building {
        campus: CampusId,
        building: String,
    },
    Meter {
        campus: CampusId,
        meter_no: MeterNo,
    },
    Account {
        campus: CampusId,
        account_no: AccountNo,
    },
}

impl OutageArea {
    pub fn campus(&self) -> &CampusId {
        match self {
            Self::Campus { campus }
            | Self::Building { campus, .. }
            | Self::Meter { campus, .. }
            | Self::Account { campus, .. } => campus,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutagePublished {
    pub outage_id: OutageId,
    pub commodities: BTreeSet<Commodity>,
    pub area: OutageArea,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub reason: String,
    /// When those concerned are reminded; never, when there is no time left for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutageEvent {
    Published(OutagePublished),
    /// It takes longer.
    Extended {
        to: DateTime<Utc>,
        reason: String,
    },
    Cancelled {
        reason: String,
        /// When: one that had begun has been an outage up to then. Earlier releases did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// It is near: those concerned are told again.
    Reminded,
}

impl DomainEvent for OutageEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Published(_) => "outage.published",
            Self::Extended { .. } => "outage.extended",
            Self::Cancelled { .. } => "outage.cancelled",
            Self::Reminded => "outage.reminded",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// What is kept of a campus and month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutageMonthEvent {
    /// An outage reaches into the month.
    Listed { outage_id: OutageId },
}

impl DomainEvent for OutageMonthEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Listed { .. } => "outage_month.listed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
