use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::{CallOutcome, Finding, OrderPlaced, Report};
use crate::units::{GatewayRefundNo, PaymentId};

/// What may be asked of one order.
#[derive(Clone, Debug)]
pub enum GatewayOrderCommand {
    Place(OrderPlaced),
    NoteHandOver {
        outcome: CallOutcome,
        reference: Option<String>,
        at: DateTime<Utc>,
    },
    /// Takes a verified report. `reused`: its number is another order's.
    Report {
        report: Report,
        reused: bool,
    },
    AskQuery {
        at: DateTime<Utc>,
    },
    NoteFinding {
        number: u32,
        finding: Finding,
        at: DateTime<Utc>,
    },
    Settle {
        payment_id: PaymentId,
    },
    ResolveDispute {
        note: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    AskRefund {
        refund_no: GatewayRefundNo,
        reason: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    AskRefundQuery {
        at: DateTime<Utc>,
    },
    NoteRefund {
        outcome: CallOutcome,
        /// The money is back with the payer.
        done: bool,
        at: DateTime<Utc>,
    },
}
