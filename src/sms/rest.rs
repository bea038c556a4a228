//! Leaving a vendor alone who has not answered.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// So long at first, and twice as long each time: messages whose outcome nobody knows are worse than
/// messages that wait.
const REST: TimeDelta = TimeDelta::seconds(10);
const DOUBLINGS_MAX: u32 = 5;

#[derive(Debug, Default)]
struct Since {
    until: Option<DateTime<Utc>>,
    in_a_row: u32,
}

/// Whether a vendor is left alone at present.
#[derive(Debug, Default)]
pub(crate) struct Rest(Mutex<Since>);

impl Rest {
    pub(crate) fn is_taken(&self, now: DateTime<Utc>) -> bool {
        let since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.until.is_some_and(|until| now < until)
    }

    pub(crate) fn note(&self, unanswered: bool, now: DateTime<Utc>) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if unanswered {
            let pause = REST * (1 << since.in_a_row.min(DOUBLINGS_MAX));
            since.until = Some(now + pause);
            since.in_a_row += 1;
        } else {
            *since = Since::default();
        }
    }
}
