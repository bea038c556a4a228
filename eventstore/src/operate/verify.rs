//! The proof that a read model equals its replay.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use futures::{Stream, TryStreamExt};
use serde::Serialize;
use sqlx::{Connection, Executor, PgConnection};

use crate::daemon::checkpoint::quoted;
use crate::daemon::feed::Feed;
use crate::daemon::{DaemonError, Projector};
use crate::{EventStore, RecordedEvent};

/// Events replayed in one transaction.
const CHUNK: usize = 500;
const SLICE: i64 = 10_000;
const EXAMPLES_MAX: usize = 20;

/// How the rows of a read model compare with those its events give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub name: String,
    /// The checkpoint at which both were compared.
    pub next_leaf: i64,
    pub tables: Vec<TableVerification>,
}

impl Verification {
    pub fn is_equal(&self) -> bool {
        self.tables.iter().all(|table| table.differences == 0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableVerification {
    pub table: String,
    pub rows: u64,
    pub differences: u64,
    /// The first differences.
    pub examples: Vec<RowDifference>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowDifference {
    /// The primary key, as a JSON array.
    pub key: String,
    pub kind: DifferenceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The events give a row that is not there.
    Missing,
    /// There is a row the events do not give.
    Unexpected,
    /// The row has other values than the events give.
    Different,
}

/// Replays a read model from the first event into a schema of its own, up to the checkpoint, and
/// compares the rows. The live tables are read in one snapshot and never locked.
pub async fn verify(
    store: &EventStore,
    projector: Arc<dyn Projector>,
) -> Result<Verification, DaemonError> {
    let mut live = store.pool().begin().await?;
    // Nothing is written, so the sealer does not wait for this long transaction.
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .execute(&mut *live)
        .await?;
    sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0")
        .execute(&mut *live)
        .await?;
    let next_leaf = checkpoint(&mut live, &*projector).await?;
    let skipped: Vec<i64> =
        sqlx::query_scalar("SELECT leaf_index FROM parked WHERE projection = $1")
            .bind(projector.name())
            .fetch_all(&mut *live)
            .await?;
    let mut stage = Stage::open(store, &*projector).await?;
    let result = async {
        stage
            .replay(
                store,
                &*projector,
                next_leaf,
                &skipped.into_iter().collect(),
            )
            .await?;
        let mut tables = Vec::new();
        for table in projector.tables() {
            tables.push(compare(&mut live, &mut stage, table).await?);
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

/// A schema with empty copies of the tables, and the only connection that works in it.
struct Stage {
    connection: PgConnection,
    schema: String,
}

impl Stage {
    async fn open(store: &EventStore, projector: &dyn Projector) -> Result<Self, DaemonError> {
        let mut connection = store.pool().acquire().await?.detach();
        let name = format!("verify_{}", projector.name());
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
            .bind(&name)
            .fetch_one(&mut connection)
            .await?;
        if !free {
            let message = format!("{} is being verified already", projector.name());
            return Err(DaemonError::Refused(message));
        }
        let origin: String = sqlx::query_scalar("SELECT current_schema()")
            .fetch_one(&mut connection)
            .await?;
        let (schema, origin) = (quoted(&name), quoted(&origin));
        let mut statements = vec![
            format!("DROP SCHEMA IF EXISTS {schema} CASCADE"),
            format!("CREATE SCHEMA {schema}"),
        ];
        for table in projector.tables() {
            let table = quoted(table);
            statements.push(format!(
                "CREATE UNLOGGED TABLE {schema}.{table} (LIKE {origin}.{table} INCLUDING ALL)"
            ));
        }
        // Nothing but the copies is in reach: a projector that touches other tables fails.
        statements.push(format!("SET search_path TO {schema}"));
        statements.push("SET synchronous_commit = off".to_owned());
        for statement in &statements {
            connection.execute(statement.as_str()).await?;
        }
        Ok(Self { connection, schema })
    }

    async fn replay(
        &mut self,
        store: &EventStore,
        projector: &dyn Projector,
        end: i64,
        skipped: &HashSet<i64>,
    ) -> Result<(), DaemonError> {
        let feed = Feed::new(store.clone());
        let mut position = 0;
        while position < end {
            let types = Some(projector.aggregate_types());
            let mut slice = feed.read(position, end, SLICE, types).await?;
            slice
                .events
                .retain(|event| !skipped.contains(&event.leaf_index));
            for chunk in slice.events.chunks(CHUNK) {
                self.project(projector, chunk).await?;
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
            let error = crate::error::chain(&error);
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
        // Closing would release the lock, too, but only some time later.
        self.connection
            .execute("SELECT pg_advisory_unlock_all()")
            .await?;
        self.connection.close().await?;
        Ok(())
    }
}

/// Key and digest of a row.
type Digest = (String, Vec<u8>);

async fn compare(
    live: &mut PgConnection,
    stage: &mut Stage,
    table: &str,
) -> Result<TableVerification, DaemonError> {
    let key: Vec<String> = sqlx::query_scalar(
        "SELECT attname::text FROM pg_index JOIN pg_attribute
             ON attrelid = indrelid AND attnum = ANY (indkey)
         WHERE indrelid = $1::regclass AND indisprimary
         ORDER BY array_position(indkey::int2[], attnum)",
    )
    .bind(quoted(table))
    .fetch_all(&mut *live)
    .await?;
    if key.is_empty() {
        return Err(DaemonError::Refused(format!("{table} has no primary key")));
    }
    let key: Vec<String> = key
        .iter()
        .map(|column| format!("t.{}", quoted(column)))
        .collect();
    let sql = format!(
        "SELECT jsonb_build_array({})::text AS key, sha256(convert_to(t::text, 'UTF8')) AS digest
         FROM {} AS t ORDER BY jsonb_build_array({})::text COLLATE \"C\"",
        key.join(", "),
        quoted(table),
        key.join(", ")
    );
    let present = sqlx::query_as(&sql).fetch(live);
    let wanted = sqlx::query_as(&sql).fetch(&mut stage.connection);
    merge(table, present, wanted).await
}

/// Walks both sorted streams side by side.
async fn merge<S>(
    table: &str,
    mut present: S,
    mut wanted: S,
) -> Result<TableVerification, DaemonError>
where
    S: Stream<Item = Result<Digest, sqlx::Error>> + Unpin,
{
    let mut result = TableVerification {
        table: table.to_owned(),
        rows: 0,
        differences: 0,
        examples: Vec::new(),
    };
    let mut left = present.try_next().await?;
    let mut right = wanted.try_next().await?;
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(result),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.0.as_bytes().cmp(right.0.as_bytes()),
        };
        let kind = match order {
            Ordering::Less => Some(DifferenceKind::Unexpected),
            Ordering::Greater => Some(DifferenceKind::Missing),
            Ordering::Equal => (left != right).then_some(DifferenceKind::Different),
        };
        let row = if order.is_gt() { &right } else { &left };
        if let (Some(kind), Some((key, _))) = (kind, row) {
            result.differences += 1;
            if result.examples.len() < EXAMPLES_MAX {
                result.examples.push(RowDifference {
                    key: key.clone(),
                    kind,
                });
            }
        }
        if order.is_le() {
            result.rows += 1;
            left = present.try_next().await?;
        }
        if order.is_ge() {
            right = wanted.try_next().await?;
        }
    }
}
