//! What went through unread, by its hashes, told once a minute or when there is much of it.

use std::collections::HashMap;
use std::time::Duration;

use chaobiao_domain::collector::{
    BlockedRequest, BytesForwarded, ForwardedExchange, NoteForwarded,
};
use chaobiao_domain::units::BytesHash;
use chaobiao_gateway::CollectorId;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::convert;

const GATHERED_FOR: Duration = Duration::from_mins(1);
const GATHERED_MOST: usize = 200;

struct Gathered {
    since: Instant,
    forwarded: BytesForwarded,
}

impl Gathered {
    fn is_ready(&self) -> bool {
        let count = self.forwarded.exchanges.len() + self.forwarded.blocked.len();
        self.since.elapsed() >= GATHERED_FOR || count >= GATHERED_MOST
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Exchanges(HashMap<CollectorId, Gathered>);

fn digest(bytes: &[u8]) -> Option<BytesHash> {
    BytesHash::try_new(hex::encode(Sha256::digest(bytes))).ok()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

impl Exchanges {
    fn of(&mut self, collector: &CollectorId) -> &mut BytesForwarded {
        let gathered = self.0.entry(collector.clone());
        let begin = || Gathered {
            since: Instant::now(),
            forwarded: BytesForwarded::default(),
        };
        &mut gathered.or_insert_with(begin).forwarded
    }

    pub(super) fn passed(
        &mut self,
        collector: &CollectorId,
        request: &[u8],
        answer: &[u8],
        at: DateTime<Utc>,
    ) {
        let Some(hash) = digest(request) else { return };
        let exchange = ForwardedExchange {
            at,
            request: hash,
            request_bytes: length(request),
            answer: (!answer.is_empty()).then(|| digest(answer)).flatten(),
            answer_bytes: length(answer),
        };
        self.of(collector).exchanges.push(exchange);
    }

    pub(super) fn blocked(
        &mut self,
        collector: &CollectorId,
        request: &[u8],
        reason: String,
        at: DateTime<Utc>,
    ) {
        let Some(hash) = digest(request) else { return };
        let blocked = BlockedRequest {
            at,
            request: hash,
            request_bytes: length(request),
            reason,
        };
        self.of(collector).blocked.push(blocked);
    }

    /// What is to be told now; all of it at the end.
    pub(super) fn ready(&mut self, at_the_end: bool) -> Vec<NoteForwarded> {
        let ready = self
            .0
            .extract_if(|_, gathered| at_the_end || gathered.is_ready());
        let note = |(collector, gathered): (CollectorId, Gathered)| {
            Some(NoteForwarded {
                collector_no: convert::collector_no(&collector)?,
                forwarded: gathered.forwarded,
            })
        };
        ready.filter_map(note).collect()
    }
}
