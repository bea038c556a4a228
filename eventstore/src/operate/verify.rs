//! The proof that a read model equals its replay.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use sqlx::{Connection, Executor, PgConnection, Postgres, Transaction};

use crate::daemon::consumer::ConsumeError;
use crate::daemon::feed::Feed;
use crate::daemon::{DaemonError, Projector};
use crate::operate::compare::{TableComparison, compare};
use crate::standby::{Copies, copy, quoted};
use crate::{EventStore, RecordedEvent};

/// Events replayed in one transaction.
const CHUNK: usize = 500;
const SLICE: i64 = 10_000;

/// How the rows of a read model compare with those its events give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub name: String,
    /// The checkpoint at which both were compared.
    pub next_leaf: i64,
    pub tables: Vec<TableComparison>,
}

impl Verification {
    pub fn is_equal(&self) -> bool {
        self.differences() == 0
    }

    pub fn differences(&self) -> u64 {
        self.tables.iter().map(|table| table.differences).sum()
    }
}

/// How much of the machine a replay may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Full,
    /// After each piece of work it rests for as long as that took.
    Gentle,
}

/// Replays a read model from the first event into a schema of its own, up to the checkpoint, and
/// compares the rows. The live tables are read in one snapshot and never locked.
pub async fn verify(
    store: &EventStore,
    projector: Arc<dyn Projector>,
) -> Result<Verification, DaemonError> {
    verify_at(store, &*projector, Pace::Full).await
}

pub(crate) async fn verify_at(
    store: &EventStore,
    projector: &dyn Projector,
    pace: Pace,
) -> Result<Verification, DaemonError> {
    // First of all, since it keeps the live side from being exchanged.
    let mut stage = Stage::open(store, projector).await?;
    let result = async {
        let mut live = snapshot(store).await?;
        let next_leaf = checkpoint(&mut live, projector).await?;
        let skipped: Vec<i64> =
            sqlx::query_scalar("SELECT leaf_index FROM parked WHERE projection = $1")
                .bind(projector.name())
                .fetch_all(&mut *live)
                .await?;
        let skipped = skipped.into_iter().collect();
        stage
            .replay(store, projector, (next_leaf, &skipped), pace)
            .await?;
        let mut tables = Vec::new();
        for table in projector.tables() {
            tables.push(compare(&mut live, &mut stage.connection, table).await?);
        }
        Ok(Verification {
            name: projector.name().to_owned(),
            next_leaf,
            tables,
        })
    }
    .await;
    stage.close().await?;
    result
}

/// A transaction in which the tables stand still. Nothing is written in it, so the sealer does not
/// wait for it, however long it takes.
pub(super) async fn snapshot(
    store: &EventStore,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut transaction = store.pool().begin().await?;
    for setting in [
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
    ] {
        sqlx::query(setting).execute(&mut *transaction).await?;
    }
    Ok(transaction)
}

async fn checkpoint(
    live: &mut PgConnection,
    projector: &dyn Projector,
) -> Result<i64, DaemonError> {
    let stored: Option<(i32, i64)> =
        sqlx::query_as("SELECT version, next_leaf FROM projection WHERE name = $1")
            .bind(projector.name())
            .fetch_optional(live)
            .await?;
    match stored {
        Some((version, next_leaf)) if version == projector.version() => Ok(next_leaf),
        Some((version, _)) => Err(DaemonError::Refused(format!(
            "{} is stored in version {version}, this program has version {}",
            projector.name(),
            projector.version()
        ))),
        None => Err(DaemonError::Refused(format!(
            "{} has never run",
            projector.name()
        ))),
    }
}

/// The schema of a replay; its name is also that of the lock on comparing a read model.
fn schema(name: &str) -> String {
    format!("verify_{name}")
}

/// Takes, for a connection's life, the right to compare a read model. Both its sides stay where
/// they are meanwhile.
pub(super) async fn lock_comparison(
    connection: &mut PgConnection,
    name: &str,
) -> Result<(), DaemonError> {
    let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
        .bind(schema(name))
        .fetch_one(connection)
        .await?;
    if free {
        return Ok(());
    }
    let message = format!("{name} is being compared already");
    Err(DaemonError::Refused(message))
}

/// Keeps everybody from comparing a read model until the end of the transaction. `false` when
/// somebody is at it.
pub(crate) async fn lock_out_comparison(
    connection: &mut PgConnection,
    name: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(schema(name))
        .fetch_one(connection)
        .await
}

/// A schema with empty copies of the tables, and the only connection that works in it.
struct Stage {
    connection: PgConnection,
    schema: String,
}

impl Stage {
    async fn open(store: &EventStore, projector: &dyn Projector) -> Result<Self, DaemonError> {
        let mut connection = store.pool().acquire().await?.detach();
        lock_comparison(&mut connection, projector.name()).await?;
        let name = schema(projector.name());
        let schema = quoted(&name);
        let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        connection.execute(drop.as_str()).await?;
        copy(&mut connection, &name, projector.tables(), Copies::Scratch).await?;
        // Nothing but the copies is in reach: a projector that touches other tables fails.
        let enter = format!("SET search_path TO {schema}");
        for statement in [enter.as_str(), "SET synchronous_commit = off"] {
            connection.execute(statement).await?;
        }
        Ok(Self { connection, schema })
    }

    async fn replay(
        &mut self,
        store: &EventStore,
        projector: &dyn Projector,
        (end, skipped): (i64, &HashSet<i64>),
        pace: Pace,
    ) -> Result<(), DaemonError> {
        let feed = Feed::new(store.clone());
        let mut position = 0;
        while position < end {
            let started = Instant::now();
            let types = Some(projector.aggregate_types());
            let mut slice = feed.read(position, end, SLICE, types).await?;
            slice
                .events
                .retain(|event| !skipped.contains(&event.leaf_index));
            rest(pace, started).await;
            for chunk in slice.events.chunks(CHUNK) {
                let started = Instant::now();
                self.project(projector, chunk).await?;
                rest(pace, started).await;
            }
            position = slice.to;
        }
        Ok(())
    }

    async fn project(
        &mut self,
        projector: &dyn Projector,
        events: &[RecordedEvent],
    ) -> Result<(), DaemonError> {
        let mut transaction = self.connection.begin().await?;
        if let Err(error) = projector.project(events, &mut transaction).await {
            let first = events.first().map_or(0, |event| event.leaf_index);
            // It is logged, too, and values may be personal.
            let error = ConsumeError::from(error).message;
            return Err(DaemonError::Refused(format!(
                "replay failed after leaf {first}: {error}"
            )));
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn close(mut self) -> Result<(), DaemonError> {
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        self.connection.execute(drop.as_str()).await?;
        unlock_comparison(self.connection).await
    }
}

async fn rest(pace: Pace, started: Instant) {
    if pace == Pace::Gentle {
        tokio::time::sleep(started.elapsed()).await;
    }
}

/// Closing would release the lock, too, but only some time later.
pub(super) async fn unlock_comparison(mut connection: PgConnection) -> Result<(), DaemonError> {
    connection
        .execute("SELECT pg_advisory_unlock_all()")
        .await?;
    connection.close().await?;
    Ok(())
}
