//! The only way in: commands to events.

mod batch;
mod guess;
mod lane;
mod link;
mod sole_writer;

use std::num::NonZero;
use std::sync::Arc;

use chaobiao_decision::{CommandContext, ErasedProcess, Process, Rejection, Stop, Workspace};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::Instrument;
use uuid::Uuid;

use crate::repository::Request;
use crate::{EventStore, StoreError};

use batch::{Keep, Pending};
use lane::{Lane, Waiting};

pub(crate) use link::Link;

pub use sole_writer::SoleWriter;

/// What a command came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Executed<T> {
    pub outcome: T,
    /// Position of its last event, also when it is repeated; `None` when it had nothing to write.
    pub position: Option<i64>,
    /// The command had been executed before, and this is its first answer again.
    pub repeated: bool,
}

/// Commands that share a commit in a batch.
const CHUNK: usize = 500;
/// The same for the rows of a file, which are alike and load little each.
const FILE_CHUNK: usize = 1_000;

/// Why a command has no outcome.
#[derive(Debug, Error)]
pub enum CommandError {
    #[error(transparent)]
    Refused(#[from] Rejection),
    #[error("the command id was used before, for another command")]
    KeyReused,
    #[error("others kept changing what the command depends on")]
    Conflict,
    #[error(transparent)]
    Fault(#[from] StoreError),
}

/// Told of every refusal, for the access log.
pub trait CommandObserver: Send + Sync {
    fn refused(&self, context: &CommandContext, process: &'static str, rejection: &Rejection);
}

/// How a bus works.
#[derive(Clone)]
pub struct BusOptions {
    /// Commits under way at the same time.
    pub lanes: usize,
    /// Commands of several callers that may share a commit.
    pub batch: usize,
    /// Commands may be dated ahead of the database: a simulated campus only.
    pub simulation: bool,
    pub observer: Option<Arc<dyn CommandObserver>>,
}

impl Default for BusOptions {
    fn default() -> Self {
        // As many as can decide at the same time; more would only make the groups smaller.
        let processors = std::thread::available_parallelism().map_or(2, NonZero::get);
        Self {
            lanes: processors.clamp(2, 8),
            batch: 64,
            simulation: false,
            observer: None,
        }
    }
}

/// Executes commands; cheap to clone.
///
/// Commands that arrive while others are being committed share the next commit: each is decided,
/// accepted or refused alone, and none waits for company.
#[derive(Clone)]
pub struct CommandBus {
    store: EventStore,
    options: BusOptions,
    queue: mpsc::Sender<Waiting>,
}

impl CommandBus {
    /// Starts the bus's lanes on the current runtime; they end when the last clone is dropped.
    pub fn new(store: EventStore, options: BusOptions) -> Self {
        let (queue, waiting) = mpsc::channel(1024);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..options.lanes.max(1) {
            tokio::spawn(lane::work(
                store.clone(),
                options.clone(),
                Arc::clone(&waiting),
            ));
        }
        Self {
            store,
            options,
            queue,
        }
    }

    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// The id of a command somebody gave a key to: the same scope and key give the same command.
    pub fn command_id(&self, scope: &str, key: &str) -> Uuid {
        let hmac = self.store.scope_hmac(scope, key);
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&hmac[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Executes a command. Once queued it runs to its end, even when the caller goes away.
    pub async fn execute<P: Process>(
        &self,
        context: CommandContext,
        process: P,
    ) -> Result<Executed<P::Outcome>, CommandError> {
        let executed = self.execute_erased(context, Box::new(process)).await?;
        let outcome = serde_json::from_value(executed.outcome).map_err(StoreError::from)?;
        Ok(Executed {
            outcome,
            position: executed.position,
            repeated: executed.repeated,
        })
    }

    /// [`CommandBus::execute`] for a process whose type is known at run time only.
    pub async fn execute_erased(
        &self,
        context: CommandContext,
        process: Box<dyn ErasedProcess>,
    ) -> Result<Executed<Value>, CommandError> {
        let pending = Pending::new(&self.store, context, process, Keep::Every)?;
        let span = pending.span.clone();
        let (reply, answer) = oneshot::channel();
        async {
            self.queue
                .send(Waiting { pending, reply })
                .await
                .map_err(|_| StoreError::Stopped)?;
            let result = answer.await.map_err(|_| StoreError::Stopped)?;
            if let Err(CommandError::Refused(rejection)) = &result {
                log_refusal(Keep::Every, rejection);
            }
            result
        }
        .instrument(span)
        .await
    }

    /// Executes commands in order and commits them together, chunk by chunk; a refused one does
    /// not hold the others up. Meant for runs over many accounts.
    pub async fn execute_batch(
        &self,
        commands: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
    ) -> Vec<Result<Executed<Value>, CommandError>> {
        self.execute_chunks(commands, CHUNK, Keep::Every).await
    }

    /// [`CommandBus::execute_batch`] for files: a command that writes nothing, be it refused or
    /// without effect, is forgotten, so that the same one may be accepted once the reason is gone.
    pub async fn admit_batch(
        &self,
        commands: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
    ) -> Vec<Result<Executed<Value>, CommandError>> {
        self.execute_chunks(commands, FILE_CHUNK, Keep::Written)
            .await
    }

    async fn execute_chunks(
        &self,
        commands: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
        size: usize,
        keep: Keep,
    ) -> Vec<Result<Executed<Value>, CommandError>> {
        let mut results = Vec::with_capacity(commands.len());
        let mut commands = commands.into_iter();
        loop {
            let chunk: Vec<_> = commands.by_ref().take(size).collect();
            if chunk.is_empty() {
                return results;
            }
            let size = chunk.len();
            let (store, options) = (self.store.clone(), self.options.clone());
            // Its own task, so that it is not cut in half when the caller goes away.
            let task =
                tokio::spawn(
                    async move { execute_chunk(&store, &options, chunk, keep, None).await },
                );
            match task.await {
                Ok(chunk) => results.extend(chunk),
                Err(_) => results.extend((0..size).map(|_| Err(StoreError::Stopped.into()))),
            }
        }
    }

    /// What commands would come to now, one after the other: each sees what those before it would
    /// have done. Writes nothing, not even refusals.
    pub async fn preview_batch(
        &self,
        commands: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
    ) -> Result<Vec<Result<Executed<Value>, CommandError>>, StoreError> {
        batch::preview(&self.store, &self.options, commands).await
    }

    /// What a command would come to now. Writes nothing.
    pub async fn preview<P: Process>(
        &self,
        context: &CommandContext,
        process: &P,
    ) -> Result<P::Outcome, CommandError> {
        let mut workspace = Workspace::default();
        let mut lane = Lane::passing(self.store.pool());
        for _ in 0..batch::ROUNDS {
            let mut request = Request::default();
            match process.decide(context, &mut workspace) {
                Ok(outcome) => return Ok(outcome),
                Err(Stop::Refused(rejection)) => return Err(rejection.into()),
                Err(Stop::Corrupt(reason)) => return Err(StoreError::Corrupt(reason).into()),
                Err(Stop::Need(streams)) => request.streams.extend(streams),
                Err(Stop::NeedClaim(claim)) => drop(request.claims.insert(claim)),
            }
            request.whole.clone_from(workspace.distrusted());
            workspace.rollback();
            batch::feed(&mut workspace, lane.load(&self.store, &request).await?);
        }
        Err(StoreError::EndlessNeed.into())
    }
}

/// A row of a file is refused to whoever brought the file, and nothing is kept of it.
fn log_refusal(keep: Keep, rejection: &Rejection) {
    match keep {
        Keep::Every => tracing::warn!(code = rejection.code, "refused"),
        Keep::Written => tracing::debug!(code = rejection.code, "refused"),
    }
}

async fn execute_chunk(
    store: &EventStore,
    options: &BusOptions,
    chunk: Vec<(CommandContext, Box<dyn ErasedProcess>)>,
    keep: Keep,
    workspace: Option<&mut Workspace>,
) -> Vec<Result<Executed<Value>, CommandError>> {
    let mut results: Vec<Option<Result<_, CommandError>>> = Vec::with_capacity(chunk.len());
    let mut ready = Vec::with_capacity(chunk.len());
    let mut places = Vec::with_capacity(chunk.len());
    for (place, (context, process)) in chunk.into_iter().enumerate() {
        match Pending::new(store, context, process, keep) {
            Ok(pending) => {
                ready.push(pending);
                places.push(place);
                results.push(None);
            }
            Err(fault) => results.push(Some(Err(fault.into()))),
        }
    }
    let mut lane = Lane::passing(store.pool());
    let answers = match workspace {
        Some(workspace) => batch::run_in(store, options, &mut lane, &ready, workspace).await,
        None => batch::run(store, options, &mut lane, &ready).await,
    };
    for ((place, pending), result) in places.into_iter().zip(&ready).zip(answers) {
        if let Err(CommandError::Refused(rejection)) = &result {
            pending.span.in_scope(|| log_refusal(keep, rejection));
        }
        results[place] = Some(result);
    }
    results
        .into_iter()
        .map(|result| result.unwrap_or(Err(StoreError::Stopped.into())))
        .collect()
}
