use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, CampusId, Fen, PaymentId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearingSettled {
    /// What was due until then; below zero, where more was undone than taken.
    pub amount: Fen,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub settled_by: Actor,
    pub settled_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClearingEvent {
    /// `from` has taken money for accounts of `to`, and owes it.
    Owed {
        from: CampusId,
        to: CampusId,
        month: BillingMonth,
        payment_id: PaymentId,
        amount: Fen,
    },
    /// The payment was undone; in the month it was undone in, whenever it was taken.
    Relieved {
        from: CampusId,
        to: CampusId,
        month: BillingMonth,
        payment_id: PaymentId,
        amount: Fen,
    },
    Settled(ClearingSettled),
}

impl DomainEvent for ClearingEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Owed { .. } => "campus_clearing.owed",
            Self::Relieved { .. } => "campus_clearing.relieved",
            Self::Settled(_) => "campus_clearing.settled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
