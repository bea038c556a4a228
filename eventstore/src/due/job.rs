use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chaobiao_decision::{Actor, CommandContext, ErasedProcess, ProcessRegistry};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::FromRow;
use tokio::time::sleep;
use uuid::Uuid;

use crate::StoreError;
use crate::bus::{CommandBus, CommandError, Executed};
use crate::daemon::job::{Job, Step};
use crate::daemon::{DaemonError, Lease};
use crate::due::owner;
use crate::error::chain;

const LEASE: &str = "due";
const BATCH: i64 = 500;
/// Clocks of tests and simulations jump, so nothing can tell when the next item is due.
const POLL: Duration = Duration::from_millis(200);

/// Runs due commands through the bus. The command's id is derived from the item's, so an item
/// that ran before a kill gets its first outcome again.
pub(crate) struct DueJob {
    bus: CommandBus,
    processes: Arc<ProcessRegistry>,
}

#[derive(Debug, FromRow)]
struct Item {
    id: Uuid,
    due_at: DateTime<Utc>,
    process: String,
    body: Value,
}

/// What an item came to.
struct Verdict {
    id: Uuid,
    state: &'static str,
    outcome: Value,
}

impl Verdict {
    fn failed(id: Uuid, error: &dyn std::error::Error) -> Self {
        let error = chain(error);
        tracing::error!(due = %id, error, "a due command could not be run");
        Self {
            id,
            state: "failed",
            outcome: json!({ "fault": error }),
        }
    }
}

impl DueJob {
    pub(crate) fn new(bus: CommandBus, processes: Arc<ProcessRegistry>) -> Self {
        Self { bus, processes }
    }

    async fn ready(&self) -> Result<Vec<Item>, DaemonError> {
        let store = self.bus.store();
        let items = sqlx::query_as(
            "SELECT id, due_at, process, body FROM due
             WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT $2",
        )
        .bind(store.clock().now())
        .bind(BATCH)
        .fetch_all(store.pool())
        .await?;
        Ok(items)
    }

    /// The command an item holds; the inner error is the item's own fault.
    async fn command(
        &self,
        item: &mut Item,
    ) -> Result<Result<Box<dyn ErasedProcess>, Verdict>, StoreError> {
        let cipher = self.bus.store().cipher();
        if let Err(fault) = cipher.open(vec![(owner(item.id), &mut item.body)]).await {
            return if fault.is_passing() {
                Err(fault)
            } else {
                Ok(Err(Verdict::failed(item.id, &fault)))
            };
        }
        let parsed = self.processes.parse(&item.process, item.body.take());
        Ok(parsed.map_err(|error| Verdict::failed(item.id, &error)))
    }

    /// Runs the items in order. Those whose fault may pass have no verdict and stay waiting.
    async fn run(&self, items: Vec<Item>) -> (Vec<Verdict>, Option<DaemonError>) {
        let now = self.bus.store().clock().now();
        let mut verdicts = Vec::with_capacity(items.len());
        let mut passing = None;
        let mut ids = Vec::with_capacity(items.len());
        let mut commands: Vec<(CommandContext, Box<dyn ErasedProcess>)> = Vec::new();
        for mut item in items {
            match self.command(&mut item).await {
                Ok(Ok(process)) => {
                    commands.push((context(item.id, item.due_at, now), process));
                    ids.push(item.id);
                }
                Ok(Err(verdict)) => verdicts.push(verdict),
                Err(fault) => passing = Some(fault.into()),
            }
        }
        for (id, answer) in ids.into_iter().zip(self.bus.execute_batch(commands).await) {
            match judge(id, answer) {
                Ok(verdict) => verdicts.push(verdict),
                Err(fault) => passing = Some(fault),
            }
        }
        (verdicts, passing)
    }

    async fn store_verdicts(&self, lease: &Lease, verdicts: &[Verdict]) -> Result<(), DaemonError> {
        let mut transaction = self.bus.store().pool().begin().await?;
        lease.confirm(&mut transaction).await?;
        sqlx::query(
            "UPDATE due SET state = verdict.state, outcome = verdict.outcome,
                            attempts = attempts + 1
             FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS verdict (id, state, outcome)
             WHERE due.id = verdict.id",
        )
        .bind(
            verdicts
                .iter()
                .map(|verdict| verdict.id)
                .collect::<Vec<_>>(),
        )
        .bind(
            verdicts
                .iter()
                .map(|verdict| verdict.state)
                .collect::<Vec<_>>(),
        )
        .bind(
            verdicts
                .iter()
                .map(|verdict| &verdict.outcome)
                .collect::<Vec<_>>(),
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        for verdict in verdicts {
            metrics::counter!("chaobiao_due_total", "state" => verdict.state).increment(1);
        }
        Ok(())
    }
}

fn context(id: Uuid, due_at: DateTime<Utc>, now: DateTime<Utc>) -> CommandContext {
    let actor = Actor::System("due".to_owned());
    let command_id = CommandContext::new(id, actor.clone(), due_at).derive_id("due");
    CommandContext::new(command_id, actor, now)
}

fn judge(id: Uuid, answer: Result<Executed<Value>, CommandError>) -> Result<Verdict, DaemonError> {
    match answer {
        Ok(executed) => Ok(Verdict {
            id,
            state: "done",
            outcome: executed.outcome,
        }),
        Err(CommandError::Refused(rejection)) => Ok(Verdict {
            id,
            state: "refused",
            outcome: json!(rejection),
        }),
        Err(CommandError::Fault(fault)) if fault.is_passing() => Err(fault.into()),
        Err(error @ CommandError::Conflict) => Err(DaemonError::Refused(error.to_string())),
        Err(error) => Ok(Verdict::failed(id, &error)),
    }
}

#[async_trait]
impl Job for DueJob {
    fn lease_name(&self) -> &str {
        LEASE
    }

    async fn take_over(&mut self, _lease: &Lease) -> Result<(), DaemonError> {
        Ok(())
    }

    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let items = self.ready().await?;
        if items.is_empty() {
            return Ok(Step::Idle);
        }
        let pool = self.bus.store().pool();
        let (verdicts, passing) = lease.keep_during(pool, Box::pin(self.run(items))).await?;
        if !verdicts.is_empty() {
            self.store_verdicts(lease, &verdicts).await?;
        }
        match passing {
            Some(fault) => Err(fault),
            None => Ok(Step::More),
        }
    }

    async fn wait(&mut self) {
        sleep(POLL).await;
    }
}
