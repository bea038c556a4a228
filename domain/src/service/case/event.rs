use chaobiao_decision::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::calendar::ServiceSla;
use crate::service::Contact;
use crate::units::{AccountNo, CampusId, CaseId, MeterNo, PhotoHash, StaffLogin};

/// The longest text somebody may file or answer.
pub const TEXT_LENGTH_MAX: usize = 1_000;

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// 服务诉求
    ServiceRequest,
    /// 投诉
    Complaint,
    /// 建议
    Suggestion,
    /// 表扬
    Praise,
    /// 故障报修
    Fault,
    /// 节能先锋
    EnergyTip,
    /// 现场上报, by staff on their rounds.
    Patrol,
}

impl CaseKind {
    pub const ALL: [Self; 7] = [
        Self::ServiceRequest,
        Self::Complaint,
        Self::Suggestion,
        Self::Praise,
        Self::Fault,
        Self::EnergyTip,
        Self::Patrol,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceRequest => "service_request",
            Self::Complaint => "complaint",
            Self::Suggestion => "suggestion",
            Self::Praise => "praise",
            Self::Fault => "fault",
            Self::EnergyTip => "energy_tip",
            Self::Patrol => "patrol",
        }
    }

    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ServiceRequest => "服务诉求",
            Self::Complaint => "投诉",
            Self::Suggestion => "建议",
            Self::Praise => "表扬",
            Self::Fault => "故障报修",
            Self::EnergyTip => "节能先锋",
            Self::Patrol => "现场上报",
        }
    }
}

/// What a service request is about (R58).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestTopic {
    /// 计量疑问
    MeteringQuestion,
    /// 新增容量
    NewCapacity,
    /// 用水用电安全评估
    SafetyAssessment,
    Other,
}

impl RequestTopic {
    pub const ALL: [Self; 4] = [
        Self::MeteringQuestion,
        Self::NewCapacity,
        Self::SafetyAssessment,
        Self::Other,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MeteringQuestion => "metering_question",
            Self::NewCapacity => "new_capacity",
            Self::SafetyAssessment => "safety_assessment",
            Self::Other => "other",
        }
    }
}

/// Until when a case is to be answered, and by what rule that was reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    pub due_at: DateTime<Utc>,
    /// The calendar of that time was not complete.
    pub provisional: bool,
    pub sla: ServiceSla,
    /// How long before the deadline it is warned of.
    pub warn_minutes: u16,
    /// The same by office hours, for planning the work.
    pub planned_at: DateTime<Utc>,
}

impl Deadline {
    /// Never before `from`, when the clock began.
    pub fn warn_at(&self, from: DateTime<Utc>) -> DateTime<Utc> {
        (self.due_at - TimeDelta::minutes(i64::from(self.warn_minutes))).max(from)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseOpened {
    pub case_id: CaseId,
    pub kind: CaseKind,
    /// Of a service request only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<RequestTopic>,
    pub campus: CampusId,
    pub place: String,
    pub description: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_no: Option<AccountNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter_no: Option<MeterNo>,
    /// Whom a complaint is about; they do not handle it (R65).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concerned: Option<StaffLogin>,
    pub reported_by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    pub filed_at: DateTime<Utc>,
    pub deadline: Deadline,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, and most streams are little more than their opening"
)]
pub enum CaseEvent {
    Opened(CaseOpened),
    Assigned {
        to: StaffLogin,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It became known whom a complaint is about; if they handled it, they do no longer.
    StaffNamed {
        concerned: StaffLogin,
    },
    Replied {
        text: String,
    },
    Resolved {
        outcome: String,
    },
    Closed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Rated {
        stars: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    Reopened {
        reason: String,
        reopened_at: DateTime<Utc>,
        deadline: Deadline,
    },
    /// The deadline is near and nobody has answered.
    DeadlineWarned {
        due_at: DateTime<Utc>,
    },
    /// Not answered in time; it stays to be answered (R59).
    DeadlineMissed {
        due_at: DateTime<Utc>,
    },
    /// The calendar has changed (X14).
    Replanned {
        deadline: Deadline,
        reason: String,
    },
}

impl DomainEvent for CaseEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "service_case.opened",
            Self::Assigned { .. } => "service_case.assigned",
            Self::StaffNamed { .. } => "service_case.staff_named",
            Self::Replied { .. } => "service_case.replied",
            Self::Resolved { .. } => "service_case.resolved",
            Self::Closed { .. } => "service_case.closed",
            Self::Rated { .. } => "service_case.rated",
            Self::Reopened { .. } => "service_case.reopened",
            Self::DeadlineWarned { .. } => "service_case.deadline_warned",
            Self::DeadlineMissed { .. } => "service_case.deadline_missed",
            Self::Replanned { .. } => "service_case.replanned",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
