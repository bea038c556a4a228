use std::collections::BTreeMap;

use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::TillMethod;
use crate::units::{Fen, PaymentId, RefundId, TillId};

/// What may be asked of one till.
#[derive(Clone, Debug)]
pub enum TillCommand {
    /// Opens it, if it is the first.
    PutIn {
        till_id: TillId,
        payment_id: PaymentId,
        method: TillMethod,
        amount: Fen,
    },
    TakeOut {
        till_id: TillId,
        payment_id: PaymentId,
        method: TillMethod,
        amount: Fen,
    },
    /// A refund in cash; opens it, if it is the first.
    PayOut {
        till_id: TillId,
        refund_id: RefundId,
        amount: Fen,
    },
    /// The cash of a refund comes back.
    TakeBack {
        till_id: TillId,
        refund_id: RefundId,
        amount: Fen,
    },
    Sign {
        counted: BTreeMap<TillMethod, Fen>,
        reason: Option<String>,
        by: Actor,
        at: DateTime<Utc>,
    },
    Approve {
        by: Actor,
    },
    Reopen {
        reason: String,
        by: Actor,
    },
}
