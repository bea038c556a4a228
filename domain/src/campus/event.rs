use chaobiao_decision::Personal;
use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::calendar::OfficeHours;
use crate::units::CampusId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampusOpened {
    pub campus_id: CampusId,
    pub name: String,
    pub office_hours: OfficeHours,
    /// What residents may call or write to.
    pub contact: String,
}

/// Where the office is and whom to ask there (联系我们).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeContact {
    pub place: String,
    pub person_in_charge: Personal<String>,
    /// What residents may call or write to.
    pub contact: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CampusEvent {
    Opened(CampusOpened),
    OfficeHoursSet {
        from: NaiveDate,
        office_hours: OfficeHours,
    },
    ContactSet(OfficeContact),
}

impl DomainEvent for CampusEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "campus.opened",
            Self::OfficeHoursSet { .. } => "campus.office_hours_set",
            Self::ContactSet(_) => "campus.contact_set",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
