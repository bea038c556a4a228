//! A batch of commands over one workspace: load, decide each, commit all.

use std::collections::HashSet;

use chaobiao_decision::{CommandContext, Decided, ErasedProcess, Rejection, Stop, Workspace};
use serde_json::{Value, json};
use tracing::Span;
use uuid::Uuid;

use super::lane::Lane;
use super::{BusOptions, CommandError, Executed};
use crate::error::chain;
use crate::repository::{CommitError, Found, Request, StoredOutcome, Unit};
use crate::{CLOCK_TOLERANCE, EventStore, StoreError};

/// How often a process may ask for more before it is taken for endless.
pub(super) const ROUNDS: usize = 64;
/// How often a command that others got in the way of is decided again.
const ATTEMPTS: usize = 20;

/// A command on its way.
pub(super) struct Pending {
    pub(super) context: CommandContext,
    pub(super) process: Box<dyn ErasedProcess>,
    pub(super) span: Span,
    body_hmac: [u8; 32],
    keep: Keep,
}

/// Of which commands the outcome is kept, so that a retry hears it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Of every one.
    Every,
    /// Of those that wrote something: the others may be decided anew another time.
    Written,
}

type Answer = Result<Executed<Value>, CommandError>;

/// A decided command, before its commit.
pub(super) enum Verdict {
    Accepted {
        outcome: Value,
        decided: Decided,
    },
    Refused(Rejection),
    Fault(StoreError),
    /// Executed before.
    Stored(StoredOutcome),
}

impl Pending {
    pub(super) fn new(
        store: &EventStore,
        context: CommandContext,
        process: Box<dyn ErasedProcess>,
        keep: Keep,
    ) -> Result<Self, StoreError> {
        let body = serde_json::to_vec(&process.body()?)?;
        let body_hmac = store.body_hmac(process.name(), &body);
        let span = tracing::info_span!(
            "command",
            process = process.name(),
            command_id = %context.command_id,
            actor = %context.actor,
            request_id = context.request_id.as_deref(),
        );
        Ok(Self {
            context,
            process,
            span,
            body_hmac,
            keep,
        })
    }

    fn id(&self) -> Uuid {
        self.context.command_id
    }

    fn answer_again(&self, stored: &StoredOutcome) -> Answer {
        if stored.body_hmac != self.body_hmac {
            return Err(CommandError::KeyReused);
        }
        answer_from(&stored.outcome, stored.position, true)
    }
}

/// The stored form of an outcome is `{"ok": …}` or `{"refused": …}`.
fn answer_from(outcome: &Value, position: Option<i64>, repeated: bool) -> Answer {
    if let Some(refused) = outcome.get("refused") {
        let rejection: Rejection =
            serde_json::from_value(refused.clone()).map_err(StoreError::from)?;
        return Err(rejection.into());
    }
    let outcome = outcome.get("ok").cloned().unwrap_or(Value::Null);
    Ok(Executed {
        outcome,
        position,
        repeated,
    })
}

/// Answers every command of the batch, in order.
///
/// One conflict or fault must not touch the others: a batch that cannot be committed is halved,
/// down to commands that get their verdict alone.
pub(super) async fn run(
    store: &EventStore,
    options: &BusOptions,
    lane: &mut Lane,
    batch: &[Pending],
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(batch.len());
    let mut parts = vec![batch];
    while let Some(part) = parts.pop() {
        match part {
            [] => continue,
            [alone] => {
                answers.push(run_alone(store, options, lane, alone).await);
                continue;
            }
            _ => {}
        }
        let references: Vec<&Pending> = part.iter().collect();
        let unique: HashSet<Uuid> = references.iter().map(|pending| pending.id()).collect();
        if unique.len() == part.len() {
            match attempt(store, options, lane, &references).await {
                Ok(answered) => {
                    answers.extend(answered);
                    continue;
                }
                Err(CommitError::Conflict) => {}
                Err(CommitError::Fault(error)) => {
                    tracing::warn!(error = %chain(&error), "a shared commit failed");
                }
            }
        }
        let (first, second) = part.split_at(part.len() / 2);
        parts.extend([second, first]);
    }
    answers
}

/// Decides every command over one workspace and throws the workspace away.
pub(super) async fn preview(
    store: &EventStore,
    options: &BusOptions,
    commands: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
) -> Result<Vec<Answer>, StoreError> {
    let pending = commands
        .into_iter()
        .map(|(context, process)| Pending::new(store, context, process, Keep::Written))
        .collect::<Result<Vec<Pending>, StoreError>>()?;
    let batch: Vec<&Pending> = pending.iter().collect();
    let mut workspace = Workspace::default();
    let mut lane = Lane::passing(store.pool());
    let verdicts = decide_all(store, options, &mut lane, &batch, &mut workspace, false).await?;
    let answer = |(pending, verdict): (&Pending, Verdict)| match verdict {
        Verdict::Accepted { outcome, .. } => Ok(Executed {
            outcome,
            position: None,
            repeated: false,
        }),
        Verdict::Refused(rejection) => Err(rejection.into()),
        Verdict::Fault(error) => Err(error.into()),
        Verdict::Stored(stored) => pending.answer_again(&stored),
    };
    Ok(pending.iter().zip(verdicts).map(answer).collect())
}

async fn run_alone(
    store: &EventStore,
    options: &BusOptions,
    lane: &mut Lane,
    pending: &Pending,
) -> Answer {
    for round in 0..ATTEMPTS {
        match attempt(store, options, lane, &[pending]).await {
            Ok(mut answers) => return answers.pop().unwrap_or(Err(StoreError::Stopped.into())),
            Err(CommitError::Fault(error)) => return Err(error.into()),
            Err(CommitError::Conflict) => {
                metrics::counter!("chaobiao_command_conflicts_total").increment(1);
                // Spread the contenders; their ids differ.
                let spread = u64::from(pending.id().as_bytes()[15]) % 8;
                let pause = spread.saturating_mul(round as u64 + 1);
                tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
            }
        }
    }
    Err(CommandError::Conflict)
}

/// [`run`] for a writer that has the store for itself: what `workspace` holds is not loaded again.
pub(super) async fn run_in(
    store: &EventStore,
    options: &BusOptions,
    lane: &mut Lane,
    batch: &[Pending],
    workspace: &mut Workspace,
) -> Vec<Answer> {
    let references: Vec<&Pending> = batch.iter().collect();
    let attempted = match decide_all(store, options, lane, &references, workspace, true).await {
        Ok(verdicts) => commit(store, options, lane, &references, verdicts).await,
        Err(error) => Err(error.into()),
    };
    if let Ok(answers) = attempted {
        return answers;
    }
    // It was not alone after all, and what it remembers is not what is stored.
    *workspace = Workspace::default();
    run(store, options, lane, batch).await
}

async fn attempt(
    store: &EventStore,
    options: &BusOptions,
    lane: &mut Lane,
    batch: &[&Pending],
) -> Result<Vec<Answer>, CommitError> {
    let guessed = lane.guesses.as_ref();
    if let Some(verdicts) = guessed.and_then(|guesses| guesses.decide(options, batch)) {
        match commit(store, options, lane, batch, verdicts).await {
            Err(CommitError::Conflict) => {}
            // Whether it was written or not, the load will show.
            Err(CommitError::Fault(fault)) if fault.is_passing() => {}
            settled => return settled,
        }
    }
    let mut workspace = Workspace::default();
    let verdicts = decide_all(store, options, lane, batch, &mut workspace, false).await?;
    let answers = commit(store, options, lane, batch, verdicts).await?;
    store.remember(&workspace);
    Ok(answers)
}

async fn commit(
    store: &EventStore,
    options: &BusOptions,
    lane: &mut Lane,
    batch: &[&Pending],
    verdicts: Vec<Verdict>,
) -> Result<Vec<Answer>, CommitError> {
    let mut answers = Vec::with_capacity(batch.len());
    let mut units = Vec::new();
    for (pending, verdict) in batch.iter().zip(verdicts) {
        let (outcome, decided) = match verdict {
            Verdict::Accepted { outcome, decided }
                if pending.keep == Keep::Every || !decided.is_empty() =>
            {
                (json!({ "ok": outcome }), decided)
            }
            Verdict::Accepted { outcome, .. } => {
                answers.push(Ok(Executed {
                    outcome,
                    position: None,
                    repeated: false,
                }));
                continue;
            }
            Verdict::Refused(rejection) if pending.keep == Keep::Every => {
                (json!({ "refused": rejection }), Decided::default())
            }
            Verdict::Refused(rejection) => {
                answers.push(Err(rejection.into()));
                continue;
            }
            Verdict::Fault(error) => {
                answers.push(Err(error.into()));
                continue;
            }
            Verdict::Stored(stored) => {
                answers.push(pending.answer_again(&stored));
                continue;
            }
        };
        answers.push(answer_from(&outcome, None, false));
        units.push((
            answers.len() - 1,
            Unit {
                context: pending.context.clone(),
                process: pending.process.name(),
                body_hmac: pending.body_hmac,
                outcome,
                decided,
            },
        ));
    }
    if units.is_empty() {
        return Ok(answers);
    }
    let (places, units): (Vec<usize>, Vec<Unit>) = units.into_iter().unzip();
    lane.learn_of(&units);
    let positions = store.commit(&mut lane.link, units).await?;
    for (place, position) in places.iter().zip(positions) {
        if let Ok(executed) = &mut answers[*place] {
            executed.position = position;
        }
    }
    observe(options, batch, &answers, &places);
    Ok(answers)
}

fn observe(options: &BusOptions, batch: &[&Pending], answers: &[Answer], fresh: &[usize]) {
    for place in fresh {
        let pending = batch[*place];
        match &answers[*place] {
            Err(CommandError::Refused(rejection)) => {
                metrics::counter!("chaobiao_commands_refused_total", "code" => rejection.code.clone())
                    .increment(1);
                if let Some(observer) = &options.observer {
                    observer.refused(&pending.context, pending.process.name(), rejection);
                }
            }
            Ok(_) => metrics::counter!(
                "chaobiao_commands_total", "process" => pending.process.name()
            )
            .increment(1),
            Err(_) => {}
        }
    }
}

/// Decides the batch in order over one workspace.
///
/// whole batch is loaded in as many round trips as its longest chain of needs.
async fn decide_all(
    store: &EventStore,
    options: &BusOptions,
    lane: &mut Lane,
    batch: &[&Pending],
    workspace: &mut Workspace,
    warm: bool,
) -> Result<Vec<Verdict>, StoreError> {
    let mut verdicts: Vec<Option<Verdict>> = batch.iter().map(|_| None).collect();
    // Needs nothing more, as far as could be seen before its turn; looked at again only then.
    let mut provided = vec![false; batch.len()];
    let mut request = Request {
        commands: batch.iter().map(|p| p.id()).collect(),
        ..Request::default()
    };
    if warm {
        let found = lane.load(store, &std::mem::take(&mut request)).await?;
        take_in(options, batch, &mut verdicts, workspace, found);
    }
    let (mut waiting, mut rounds) = (!warm, 0);
    while rounds < ROUNDS {
        let undecided = verdicts.iter().filter(|verdict| verdict.is_none()).count();
        for (place, (pending, verdict)) in batch.iter().zip(&mut verdicts).enumerate() {
            if verdict.is_some() || (waiting && provided[place]) {
                continue;
            }
            let decision = pending
                .span
                .in_scope(|| pending.process.decide_erased(&pending.context, workspace));
            match decision {
                Err(Stop::Need(streams)) => {
                    request.streams.extend(streams);
                    workspace.rollback();
                    waiting = true;
                }
                Err(Stop::NeedClaim(claim)) => {
                    request.claims.insert(claim);
                    workspace.rollback();
                    waiting = true;
                }
                _ if waiting => {
                    workspace.rollback();
                    provided[place] = true;
                }
                Ok(outcome) => {
                    *verdict = Some(Verdict::Accepted {
                        outcome,
                        decided: workspace.accept(),
                    });
                }
                Err(Stop::Refused(rejection)) => {
                    workspace.rollback();
                    *verdict = Some(Verdict::Refused(rejection));
                }
                Err(Stop::Corrupt(reason)) => {
                    workspace.rollback();
                    *verdict = Some(Verdict::Fault(StoreError::Corrupt(reason)));
                }
            }
        }
        if !waiting {
            return Ok(verdicts.into_iter().flatten().collect());
        }
        request.whole.clone_from(workspace.distrusted());
        let found = lane.load(store, &std::mem::take(&mut request)).await?;
        take_in(options, batch, &mut verdicts, workspace, found);
        // Endless is what gets no further; a long batch may need more rounds than a command.
        let left = verdicts.iter().filter(|verdict| verdict.is_none()).count();
        rounds = if left < undecided { 0 } else { rounds + 1 };
        waiting = false;
    }
    Err(StoreError::EndlessNeed)
}

/// Outcomes of commands executed before settle them; streams and claims go to the workspace.
fn take_in(
    options: &BusOptions,
    batch: &[&Pending],
    verdicts: &mut [Option<Verdict>],
    workspace: &mut Workspace,
    mut found: Found,
) {
    check_clocks(options, batch, verdicts, &found);
    for (pending, verdict) in batch.iter().zip(verdicts) {
        if let Some(stored) = found.outcomes.remove(&pending.id()) {
            *verdict = Some(Verdict::Stored(stored));
        }
    }
    feed(workspace, found);
}

fn check_clocks(
    options: &BusOptions,
    batch: &[&Pending],
    verdicts: &mut [Option<Verdict>],
    found: &Found,
) {
    if options.simulation {
        return;
    }
    for (pending, verdict) in batch.iter().zip(verdicts) {
        let ahead = pending.context.at - found.database_now;
        if verdict.is_none() && ahead > CLOCK_TOLERANCE {
            *verdict = Some(Verdict::Fault(StoreError::ClockAhead(ahead.num_seconds())));
        }
    }
}

pub(super) fn feed(workspace: &mut Workspace, found: Found) {
    let mut snapshots = found.snapshots;
    for (stream, history) in found.streams {
        let snapshot = snapshots.remove(&stream);
        workspace.feed_from(stream, snapshot, history);
    }
    for (claim, holder) in found.claims {
        workspace.feed_claim(claim, holder);
    }
}
