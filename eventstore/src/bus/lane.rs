//! A lane: commands of several callers, one group after the other.

use std::sync::Arc;

use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::batch::{self, Pending};
use super::guess::Guesses;
use super::{BusOptions, CommandError, Executed, Link};
use crate::repository::{Found, Request, Unit};
use crate::{EventStore, StoreError};

/// What carries batches to the database.
pub(super) struct Lane {
    pub(super) link: Link,
    pub(super) guesses: Option<Guesses>,
}

/// A command whose caller waits.
pub(super) struct Waiting {
    pub(super) pending: Pending,
    pub(super) reply: oneshot::Sender<Result<Executed<Value>, CommandError>>,
}

impl Lane {
    /// For batches that are commanded as such, and for previews.
    pub(super) fn passing(pool: &PgPool) -> Self {
        Self {
            link: Link::pooled(pool),
            guesses: None,
        }
    }

    fn standing(pool: &PgPool) -> Self {
        Self {
            link: Link::kept(pool),
            guesses: Some(Guesses::default()),
        }
    }

    pub(super) async fn load(
        &mut self,
        store: &EventStore,
        request: &Request,
    ) -> Result<Found, StoreError> {
        let found = store.load(&mut self.link, request).await?;
        if let Some(guesses) = &mut self.guesses {
            guesses.learn(&found);
        }
        Ok(found)
    }

    /// What is about to be written will not be empty.
    pub(super) fn learn_of(&mut self, units: &[Unit]) {
        if let Some(guesses) = &mut self.guesses {
            for event in units.iter().flat_map(|unit| &unit.decided.events) {
                guesses.meet(&event.stream);
            }
        }
    }
}

/// Takes whatever waits, runs it as one batch, and begins again.
pub(super) async fn work(
    store: EventStore,
    options: BusOptions,
    waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>,
) {
    let mut lane = Lane::standing(store.pool());
    loop {
        let group = gather(&waiting, options.batch.max(1)).await;
        if group.is_empty() {
            return;
        }
        let (pending, replies): (Vec<_>, Vec<_>) =
            group.into_iter().map(|w| (w.pending, w.reply)).unzip();
        let results = batch::run(&store, &options, &mut lane, &pending).await;
        for (reply, result) in replies.into_iter().zip(results) {
            // The caller may be gone; the outcome is stored all the same.
            drop(reply.send(result));
        }
    }
}

/// Up to `limit` commands; none when the bus has ended.
///
/// Those who have just been answered are about to ask again: as long as more come forward, they
/// are let in. A group that set off with the first of them would let the others wait for a whole
/// commit.
async fn gather(waiting: &Mutex<mpsc::Receiver<Waiting>>, limit: usize) -> Vec<Waiting> {
    let mut waiting = waiting.lock().await;
    let mut group = Vec::new();
    waiting.recv_many(&mut group, limit).await;
    let mut before = 0;
    while before < group.len() && group.len() < limit {
        before = group.len();
        tokio::task::yield_now().await;
        while group.len() < limit
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
    }
    group
}
