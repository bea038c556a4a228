use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::aggregate::ClearingId;
use crate::units::{Fen, PaymentId};

/// What may be asked of what one campus owes another for one month.
#[derive(Clone, Debug)]
pub enum ClearingCommand {
    Owe {
        id: ClearingId,
        payment_id: PaymentId,
        amount: Fen,
    },
    Relieve {
        id: ClearingId,
        payment_id: PaymentId,
        amount: Fen,
    },
    Settle {
        expected: Fen,
        note: Option<String>,
        by: Actor,
        at: DateTime<Utc>,
    },
}
