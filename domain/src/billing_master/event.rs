use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, CampusId};

/// Whose bills count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingMaster {
    /// 收费系统: it makes the bills; they are taken in, shown and collected here.
    ChargingSystem,
    /// 本系统: bills follow from readings and tariffs kept here.
    Here,
}

impl BillingMaster {
    pub const ALL: [Self; 2] = [Self::ChargingSystem, Self::Here];

    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChargingSystem => "charging_system",
            Self::Here => "here",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::ChargingSystem => "收费系统",
            Self::Here => "本系统",
        }
    }
}

/// Who makes a campus's bills from a month on, until another is said to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingMasterSet {
    pub campus: CampusId,
    pub master: BillingMaster,
    pub from: BillingMonth,
    /// Whether bills of the charging system grow late fees by the tariffs kept here; else they are
    /// what its files say.
    pub late_fees_here: bool,
    pub reason: String,
    pub set_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BillingMasterEvent {
    Set(BillingMasterSet),
}

impl DomainEvent for BillingMasterEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Set(_) => "billing_master.set",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
