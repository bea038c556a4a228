//! Which collectors are there: told at once when one comes, and when one goes after a while, because
//! many come back at once.

use std::collections::HashMap;
use std::time::Duration;

use chaobiao_domain::collector::NoteLink;
use chaobiao_gateway::CollectorId;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::convert;

struct Gone {
    since: Instant,
    at: DateTime<Utc>,
    reason: String,
}

/// See the module.
pub(super) struct Links {
    lost_after: Duration,
    /// None: it is there. Some: it went, and that is not told yet.
    told: HashMap<CollectorId, Option<Gone>>,
}

impl Links {
    pub(super) fn new(lost_after: Duration) -> Self {
        Self {
            lost_after,
            told: HashMap::new(),
        }
    }

    /// What is to be told when one comes.
    pub(super) fn seen(
        &mut self,
        collector: &CollectorId,
        peer: String,
        at: DateTime<Utc>,
    ) -> Option<NoteLink> {
        match self.told.insert(collector.clone(), None) {
            Some(_) => None,
            None => Some(NoteLink {
                collector_no: convert::collector_no(collector)?,
                at,
                peer: Some(peer),
                lost_for: None,
            }),
        }
    }

    pub(super) fn lost(&mut self, collector: &CollectorId, reason: String, at: DateTime<Utc>) {
        if let Some(told) = self.told.get_mut(collector) {
            let since = Instant::now();
            *told = Some(Gone { since, at, reason });
        }
    }

    /// Those that have been gone for long enough; all of them at the end.
    pub(super) fn overdue(&mut self, at_the_end: bool) -> Vec<NoteLink> {
        let lost_after = self.lost_after;
        let mut overdue = Vec::new();
        self.told.retain(|collector, told| {
            let Some(gone) = told else { return true };
            if !at_the_end && gone.since.elapsed() < lost_after {
                return true;
            }
            overdue.extend(
                convert::collector_no(collector).map(|collector_no| NoteLink {
                    collector_no,
                    at: gone.at,
                    peer: None,
                    lost_for: Some(gone.reason.clone()),
                }),
            );
            false
        });
        overdue
    }
}
