use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::account::WaiverKind;
use crate::units::{AccountNo, BillNo, Fen, WaiverId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRequested {
    pub waiver_id: WaiverId,
    pub account_no: AccountNo,
    pub bill_no: BillNo,
    pub kind: WaiverKind,
    pub amount: Fen,
    pub reason: String,
    pub requested_by: Actor,
    pub requested_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WaiverEvent {
    Requested(WaiverRequested),
    Approved {
        approved_by: Actor,
        approved_at: DateTime<Utc>,
    },
    Rejected {
        reason: String,
        rejected_by: Actor,
        rejected_at: DateTime<Utc>,
    },
    /// 撤销: the bill asks for it again.
    Reversed {
        reason: String,
        reversed_by: Actor,
        reversed_at: DateTime<Utc>,
    },
}

impl DomainEvent for WaiverEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Requested(_) => "waiver.requested",
            Self::Approved { .. } => "waiver.approved",
            Self::Rejected { .. } => "waiver.rejected",
            Self::Reversed { .. } => "waiver.reversed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
