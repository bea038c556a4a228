//! Deciding before anything is loaded.
//!
//! What a command creates is not there yet, nearly always. So a lane first decides over the guess
//! that every stream is empty and every key free, and spares the round trip of the load. Only
//! acceptances count, and only if the commit itself proves every guess: a stream guessed empty is
//! written from its first event on, a key guessed free is taken, the command's id is stored, each
//! under a unique key. Anything else, a refusal above all, is decided again over what is stored.

use std::collections::HashSet;
use std::time::Duration;

use chaobiao_decision::{ClaimKey, Decided, StagedClaim, Stop, StreamId, Workspace};
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::BusOptions;
use super::batch::{Pending, ROUNDS, Verdict};
use crate::CLOCK_TOLERANCE;
use crate::repository::Found;

/// Streams known not to be empty; past that they are all forgotten, and cost a conflict each.
const MET_MAX: usize = 10_000;
/// How long the database's clock is carried on by our own. Far below the tolerance it serves.
const CLOCK_TRUSTED: Duration = Duration::from_secs(30);

/// What a lane has learned that tells good guesses from bad ones.
#[derive(Default)]
pub(super) struct Guesses {
    met: HashSet<StreamId>,
    clock: Option<(Instant, DateTime<Utc>)>,
}

/// What was assumed for one batch.
#[derive(Default)]
struct Assumed {
    empty: HashSet<StreamId>,
    free: HashSet<ClaimKey>,
}

impl Guesses {
    /// Learns from a load.
    pub(super) fn learn(&mut self, found: &Found) {
        self.clock = Some((Instant::now(), found.database_now));
        for (stream, history) in &found.streams {
            if !history.is_empty() || found.snapshots.contains_key(stream) {
                self.meet(stream);
            }
        }
    }

    pub(super) fn meet(&mut self, stream: &StreamId) {
        if self.met.contains(stream) {
            return;
        }
        if self.met.len() >= MET_MAX {
            self.met.clear();
        }
        self.met.insert(stream.clone());
    }

    /// Verdicts that hold if their commit succeeds; `None` when the batch has to be loaded.
    pub(super) fn decide(&self, options: &BusOptions, batch: &[&Pending]) -> Option<Vec<Verdict>> {
        let latest = self.database_now()? + CLOCK_TOLERANCE;
        let mut workspace = Workspace::default();
        let mut assumed = Assumed::default();
        let mut verdicts = Vec::with_capacity(batch.len());
        for pending in batch {
            if !options.simulation && pending.context.at > latest {
                return None;
            }
            let (outcome, decided) = self.decide_one(pending, &mut workspace, &mut assumed)?;
            assumed.prove(&decided);
            verdicts.push(Verdict::Accepted { outcome, decided });
        }
        assumed.is_proven().then_some(verdicts)
    }

    fn decide_one(
        &self,
        pending: &Pending,
        workspace: &mut Workspace,
        assumed: &mut Assumed,
    ) -> Option<(serde_json::Value, Decided)> {
        for _ in 0..ROUNDS {
            let decide = || pending.process.decide_erased(&pending.context, workspace);
            match pending.span.in_scope(decide) {
                Ok(outcome) => {
                    let decided = workspace.accept();
                    // Taken and given up again, a key leaves nothing that proves it was free.
                    let gives_up =
                        |claim: &StagedClaim| matches!(claim, StagedClaim::Release { .. });
                    let proves = !decided.claims.iter().any(gives_up);
                    return proves.then_some((outcome, decided));
                }
                Err(Stop::Need(streams)) => {
                    workspace.rollback();
                    for stream in streams {
                        if self.met.contains(&stream) {
                            return None;
                        }
                        workspace.feed(stream.clone(), Vec::new());
                        assumed.empty.insert(stream);
                    }
                }
                Err(Stop::NeedClaim(key)) => {
                    workspace.rollback();
                    workspace.feed_claim(key.clone(), None);
                    assumed.free.insert(key);
                }
                Err(Stop::Refused(_) | Stop::Corrupt(_)) => return None,
            }
        }
        None
    }

    fn database_now(&self) -> Option<DateTime<Utc>> {
        let (seen, now) = self.clock?;
        let since = seen.elapsed();
        (since < CLOCK_TRUSTED).then(|| now + since)
    }
}

impl Assumed {
    /// Strikes out what the commit of `decided` will prove.
    fn prove(&mut self, decided: &Decided) {
        for event in &decided.events {
            self.empty.remove(&event.stream);
        }
        for claim in &decided.claims {
            if let StagedClaim::Take { key, .. } = claim {
                self.free.remove(key);
            }
        }
    }

    fn is_proven(&self) -> bool {
        self.empty.is_empty() && self.free.is_empty()
    }
}
