use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::WaiverRequested;

/// What may be asked of one waiver.
#[derive(Clone, Debug)]
pub enum WaiverCommand {
    Request(Box<WaiverRequested>),
    Approve {
        by: Actor,
        at: DateTime<Utc>,
    },
    Reject {
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
    Reverse {
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
}
