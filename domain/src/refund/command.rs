use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::{RefundPaid, RefundRequested};
use crate::units::TillId;

/// What may be asked of one refund.
#[derive(Clone, Debug)]
pub enum RefundCommand {
    Request(Box<RefundRequested>),
    Approve {
        by: Actor,
        at: DateTime<Utc>,
    },
    Reject {
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
    Pay(RefundPaid),
    Return {
        reason: String,
        till: Option<TillId>,
        by: Actor,
        at: DateTime<Utc>,
    },
}
