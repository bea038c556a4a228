use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::account::WaiverKind;
use crate::units::{AccountNo, BillNo, Commodity, Fen, WaiverId};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concession {
    /// 减免滞纳金
    LateFee,
    /// 核销: what is left of the bill, which will not come in.
    BillRest,
    /// 尾差核销: a small rest that is not worth asking for.
    SmallRest,
    /// 调减: the bill was wrong, and gets a credit note.
    CreditNote,
}

impl Concession {
    pub const ALL: [Self; 4] = [
        Self::LateFee,
        Self::BillRest,
        Self::SmallRest,
        Self::CreditNote,
    ];

    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self.write_off() {
            Some(kind) => kind.as_str(),
            None => "credit_note",
        }
    }

    /// What is written off; nothing, where the bill was wrong.
    pub const fn write_off(self) -> Option<WaiverKind> {
        match self {
            Self::LateFee => Some(WaiverKind::LateFee),
            Self::BillRest => Some(WaiverKind::BillRest),
            Self::SmallRest => Some(WaiverKind::SmallRest),
            Self::CreditNote => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRequested {
    pub waiver_id: WaiverId,
    pub account_no: AccountNo,
    pub bill_no: BillNo,
    pub kind: Concession,
    /// Of a credit note: whose part of the bill it lowers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commodity: Option<Commodity>,
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
