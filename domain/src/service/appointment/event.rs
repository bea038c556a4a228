use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::service::Contact;
use crate::service::roster::BookedSlot;
use crate::units::{AccountNo, AppointmentId, CampusId};

/// What a visit is for (R57).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentKind {
    /// 抄表
    MeterReading,
    /// 故障检查
    FaultCheck,
    /// 入住登记
    MoveIn,
    /// 退房结算
    MoveOut,
}

impl AppointmentKind {
    pub const ALL: [Self; 4] = [
        Self::MeterReading,
        Self::FaultCheck,
        Self::MoveIn,
        Self::MoveOut,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MeterReading => "meter_reading",
            Self::FaultCheck => "fault_check",
            Self::MoveIn => "move_in",
            Self::MoveOut => "move_out",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::MeterReading => "抄表",
            Self::FaultCheck => "故障检查",
            Self::MoveIn => "入住登记",
            Self::MoveOut => "退房结算",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppointmentRequested {
    pub appointment_id: AppointmentId,
    pub kind: AppointmentKind,
    pub campus: CampusId,
    pub place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_no: Option<AccountNo>,
    /// The day that would suit, where no slot was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wished_on: Option<NaiveDate>,
    pub requested_by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    pub requested_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AppointmentEvent {
    Requested(AppointmentRequested),
    /// Confirmed at once when staff choose the slot.
    Scheduled {
        slot: BookedSlot,
        confirmed: bool,
    },
    Confirmed,
    Rescheduled {
        slot: BookedSlot,
        confirmed: bool,
    },
    Finished {
        result: String,
    },
    Cancelled {
        reason: String,
    },
}

impl DomainEvent for AppointmentEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Requested(_) => "appointment.requested",
            Self::Scheduled { .. } => "appointment.scheduled",
            Self::Confirmed => "appointment.confirmed",
            Self::Rescheduled { .. } => "appointment.rescheduled",
            Self::Finished { .. } => "appointment.finished",
            Self::Cancelled { .. } => "appointment.cancelled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
