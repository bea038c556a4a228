use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AppointmentId, CampusId, SlotId, StaffLogin};

/// A stretch of time in which one visit can be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterSlot {
    pub slot_id: SlotId,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RosterEvent {
    /// All slots of the day, in place of any before; those that are taken are among them.
    DaySet {
        staff: StaffLogin,
        campus: CampusId,
        date: NaiveDate,
        slots: Vec<RosterSlot>,
    },
    SlotTaken {
        slot_id: SlotId,
        appointment_id: AppointmentId,
    },
    SlotFreed {
        slot_id: SlotId,
        appointment_id: AppointmentId,
    },
}

impl DomainEvent for RosterEvent {
    fn event_type(&self) -> String {
        match self {
            Self::DaySet { .. } => "visit_roster.day_set",
            Self::SlotTaken { .. } => "visit_roster.slot_taken",
            Self::SlotFreed { .. } => "visit_roster.slot_freed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
