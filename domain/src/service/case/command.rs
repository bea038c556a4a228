use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::{CaseOpened, Deadline};
use crate::units::StaffLogin;

/// What may be asked of one case, by whom where that matters.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseCommand {
    Open(Box<CaseOpened>),
    Assign {
        to: StaffLogin,
        note: Option<String>,
        by: Actor,
    },
    NameStaff {
        concerned: StaffLogin,
        by: Actor,
    },
    Reply {
        text: String,
        by: Actor,
    },
    Resolve {
        outcome: String,
        by: Actor,
    },
    Close {
        reason: Option<String>,
        by: Actor,
    },
    Rate {
        stars: u8,
        comment: Option<String>,
        by: Actor,
    },
    Reopen {
        reason: String,
        reopened_at: DateTime<Utc>,
        deadline: Deadline,
        by: Actor,
    },
    Warn {
        due_at: DateTime<Utc>,
    },
    NoteMissed {
        due_at: DateTime<Utc>,
    },
    Replan {
        deadline: Deadline,
        reason: String,
    },
}
