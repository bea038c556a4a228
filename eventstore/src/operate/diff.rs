//! Live and standby rows of a read model, compared row by row.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sqlx::{Executor, PgConnection, Postgres, Transaction};
use tokio::time::{Instant, sleep};

use crate::EventStore;
use crate::daemon::{DaemonError, Projector};
use crate::operate::compare::{TableComparison, compare};
use crate::operate::verify::{lock_comparison, snapshot, unlock_comparison};
use crate::standby::{checkpoint, quoted, schema};

/// How long both sides may take to be seen at the same point of the log.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(20);

/// How the live rows of a read model compare with those beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    pub name: String,
    pub live_version: i32,
    pub live_leaf: i64,
    pub standby_version: i32,
    pub standby_leaf: i64,
    /// Both sides have seen the same events. Where they have not, some differences may come from
    /// that: the live rows are those of an older program, and stand still.
    pub aligned: bool,
    pub tables: Vec<TableComparison>,
}

impl Diff {
    pub fn is_equal(&self) -> bool {
        self.tables.iter().all(|table| table.differences == 0)
    }
}

/// Compares both sides in one snapshot, taken when they have seen the same events. Neither is
/// locked or held up.
pub async fn diff(store: &EventStore, projector: Arc<dyn Projector>) -> Result<Diff, DaemonError> {
    let mut holder = store.pool().acquire().await?.detach();
    lock_comparison(&mut holder, projector.name()).await?;
    let result = compare_sides(store, &*projector).await;
    unlock_comparison(holder).await?;
    result
}

async fn compare_sides(store: &EventStore, projector: &dyn Projector) -> Result<Diff, DaemonError> {
    let (mut live, mut diff) = meet(store, projector).await?;
    let mut standby = beside(store, &mut live, projector.name()).await?;
    for table in projector.tables() {
        diff.tables
            .push(compare(&mut live, &mut standby, table).await?);
    }
    Ok(diff)
}

/// A snapshot in which both sides have seen the same events, or the last one tried.
async fn meet(
    store: &EventStore,
    projector: &dyn Projector,
) -> Result<(Transaction<'static, Postgres>, Diff), DaemonError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut live = snapshot(store).await?;
        let diff = positions(&mut live, projector).await?;
        if diff.aligned || Instant::now() > deadline {
            return Ok((live, diff));
        }
        drop(live);
        sleep(RETRY).await;
    }
}

async fn positions(
    connection: &mut PgConnection,
    projector: &dyn Projector,
) -> Result<Diff, DaemonError> {
    let found: Option<(i32, i64, i32, i64)> = sqlx::query_as(
        "SELECT live.version, live.next_leaf, standby.version, standby.next_leaf
         FROM projection AS live, projection AS standby WHERE live.name = $1 AND standby.name = $2",
    )
    .bind(projector.name())
    .bind(checkpoint(projector.name()))
    .fetch_optional(&mut *connection)
    .await?;
    let Some((live_version, live_leaf, standby_version, standby_leaf)) = found else {
        let message = format!("{} has no standby rows", projector.name());
        return Err(DaemonError::Refused(message));
    };
    let differ: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM log JOIN events USING (global_position)
                        WHERE leaf_index >= $1 AND leaf_index < $2 AND aggregate_type = ANY($3))",
    )
    .bind(live_leaf.min(standby_leaf))
    .bind(live_leaf.max(standby_leaf))
    .bind(projector.aggregate_types())
    .fetch_one(connection)
    .await?;
    Ok(Diff {
        name: projector.name().to_owned(),
        live_version,
        live_leaf,
        standby_version,
        standby_leaf,
        aligned: !differ,
        tables: Vec::new(),
    })
}

/// A second transaction on the same snapshot, which finds the standby rows by the same names.
async fn beside(
    store: &EventStore,
    live: &mut PgConnection,
    name: &str,
) -> Result<Transaction<'static, Postgres>, DaemonError> {
    let exported: String = sqlx::query_scalar("SELECT pg_export_snapshot()")
        .fetch_one(live)
        .await?;
    let mut standby = snapshot(store).await?;
    let adopt = format!("SET TRANSACTION SNAPSHOT '{exported}'");
    let enter = format!("SET LOCAL search_path TO {}", quoted(&schema(name)));
    for statement in [adopt, enter] {
        standby.execute(statement.as_str()).await?;
    }
    Ok(standby)
}
