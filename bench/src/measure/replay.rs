//! Reading the whole log again: folded in memory, and into a read model.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chaobiao_eventstore::{Daemon, Projector};
use futures::TryStreamExt;
use serde_json::Value;

use crate::Failure;
use crate::figures::{Figures, Unit, per_second};
use crate::machine::Machine;
use crate::tank::{Fold, TankCard, TankEvent, UPSERT};

const LIMIT: Duration = Duration::from_mins(10);
const BATCH: i64 = 1_000;

pub(crate) async fn round(machine: &Machine, figures: &mut Figures) -> Result<(), Failure> {
    const REPLAY: &str = "replay and fold";
    const PROJECT: &str = "read model caught up";
    let sealed: i64 = sqlx::query_scalar("SELECT next_leaf FROM sealer")
        .fetch_one(machine.pool())
        .await?;
    let mut note = |work: &str, who: &str, taken: Duration| {
        let rate = per_second(sealed.unsigned_abs(), taken);
        figures.note(work, who, Unit::PerSecond, rate);
    };
    note(REPLAY, "ordered SELECT", select(machine).await?);
    note(
        REPLAY,
        "projector",
        catch_up(machine, Arc::new(Fold::default()), sealed).await?,
    );
    clear(machine).await?;
    note(
        PROJECT,
        "hand-written loop",
        by_hand(machine, sealed).await?,
    );
    clear(machine).await?;
    note(
        PROJECT,
        "projector",
        catch_up(machine, Arc::new(TankCard), sealed).await?,
    );
    figures.compare(REPLAY, "projector", "ordered SELECT");
    figures.compare(PROJECT, "projector", "hand-written loop");
    Ok(())
}

async fn clear(machine: &Machine) -> Result<(), Failure> {
    sqlx::query("TRUNCATE read_tank_card")
        .execute(machine.pool())
        .await?;
    Ok(())
}

/// Every payload in the one order, taken off the wire and dropped.
async fn select(machine: &Machine) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let mut rows = sqlx::query(
        "SELECT e.payload::text FROM log l JOIN events e USING (global_position)
          ORDER BY l.leaf_index",
    )
    .fetch(machine.pool());
    while rows.try_next().await?.is_some() {}
    Ok(begun.elapsed())
}

/// How long a consumer takes from the first event to the last.
async fn catch_up(
    machine: &Machine,
    projector: Arc<dyn Projector>,
    sealed: i64,
) -> Result<Duration, Failure> {
    let name = projector.name();
    sqlx::query("DELETE FROM projection WHERE name = $1")
        .bind(name)
        .execute(machine.pool())
        .await?;
    let begun = Instant::now();
    let daemon = Daemon::builder(machine.bus.clone())
        .projectors(vec![projector])
        .start();
    let mut reached = daemon.watch(name).ok_or(Failure::NeverVisible)?;
    let waiting = reached.wait_for(|next| *next >= sealed);
    let waited = tokio::time::timeout(LIMIT, waiting).await;
    let taken = begun.elapsed();
    let done = waited.is_ok_and(|watched| watched.is_ok());
    daemon.shutdown().await;
    if done {
        Ok(taken)
    } else {
        Err(Failure::NeverVisible)
    }
}

/// What somebody would write who has one read model and no daemon.
async fn by_hand(machine: &Machine, sealed: i64) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let mut from = 0;
    while from < sealed {
        let mut transaction = machine.pool().begin().await?;
        sqlx::query("SET LOCAL synchronous_commit = off")
            .execute(&mut *transaction)
            .await?;
        let rows: Vec<(String, Value)> = sqlx::query_as(
            "SELECT e.aggregate_id, e.payload FROM log l JOIN events e USING (global_position)
              WHERE l.leaf_index >= $1 AND l.leaf_index < $2 ORDER BY l.leaf_index",
        )
        .bind(from)
        .bind(from + BATCH)
        .fetch_all(&mut *transaction)
        .await?;
        let mut tanks = Vec::with_capacity(rows.len());
        let mut litres = Vec::with_capacity(rows.len());
        for (tank, payload) in rows {
            tanks.push(tank);
            let event: TankEvent = serde_json::from_value(payload)?;
            litres.push(event.litres().cast_signed());
        }
        sqlx::query(UPSERT)
            .bind(&tanks)
            .bind(&litres)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        from += BATCH;
    }
    Ok(begun.elapsed())
}
