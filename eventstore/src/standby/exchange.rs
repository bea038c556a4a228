//! The exchange of both sides, in one transaction.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sqlx::{Executor, PgConnection};
use tokio::time::{Instant, sleep};

use crate::EventStore;
use crate::daemon::consumer::projection_lease;
use crate::daemon::{DaemonError, Projector};
use crate::operate::lock_out_comparison;
use crate::standby::build::{analyze, catch_up};
use crate::standby::sides::{PATIENCE, RETRY, brief, fits, is_busy, never_ran, side, sides};
use crate::standby::tables::origin;
use crate::standby::{Side, checkpoint, quoted, schema};

/// With the live rows at a stand, the standby ones reach them within this or not at all.
const MEET_WITHIN: Duration = Duration::from_millis(60);
const MEET_POLL: Duration = Duration::from_millis(5);

/// What the exchange is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Newly built rows go live.
    Swap,
    /// The rows that were live before come back.
    Undo,
    /// A program newer than the live rows puts its own into their place.
    Upgrade,
}

/// Both sides after the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchanged {
    pub name: String,
    pub live: Side,
    pub standby: Side,
}

/// Exchanges live and standby rows, with checkpoints, versions and parked events, in one
/// transaction. Both runners lose their leases in it, so neither goes on writing what it believes
/// to be its side. Readers wait for some milliseconds; they see the one side or the other, whole.
///
/// Refused while the standby rows have more parked events than the live ones, unless `forced`.
pub async fn exchange(
    store: &EventStore,
    projector: Arc<dyn Projector>,
    intent: Intent,
    forced: bool,
) -> Result<Exchanged, DaemonError> {
    let deadline = Instant::now() + PATIENCE;
    check(store, &*projector, intent, forced).await?;
    catch_up(store, &projector).await?;
    analyze(store.pool(), &*projector).await?;
    loop {
        let busy = match attempt(store, &*projector, intent, forced).await {
            Ok(Ok(exchanged)) => return Ok(exchanged),
            Ok(Err(busy)) => busy,
            Err(error) if is_busy(&error) => "its tables are in use",
            Err(error) => return Err(error),
        };
        if Instant::now() > deadline {
            let message = format!("{} was not exchanged: {busy}", projector.name());
            return Err(DaemonError::Refused(message));
        }
        sleep(RETRY).await;
    }
}

/// What can be said before any work is done, and any lock taken.
async fn check(
    store: &EventStore,
    projector: &dyn Projector,
    intent: Intent,
    forced: bool,
) -> Result<(), DaemonError> {
    let sides = sides(store.pool(), projector).await?;
    let standby = refuse(projector, sides.standby, intent)?;
    refuse_parked(&sides.live, &standby, forced)
}

fn refuse_parked(live: &Side, standby: &Side, forced: bool) -> Result<(), DaemonError> {
    if forced || standby.parked <= live.parked {
        return Ok(());
    }
    let message = format!("{} events are parked for the standby rows", standby.parked);
    Err(DaemonError::Refused(message))
}

/// The rules that time does not change.
fn refuse(
    projector: &dyn Projector,
    standby: Option<Side>,
    intent: Intent,
) -> Result<Side, DaemonError> {
    let name = projector.name();
    let reason = match standby {
        None => format!("{name} has no standby rows"),
        Some(standby) if standby.version != projector.version() => format!(
            "the standby rows of {name} are of version {}, this program has version {}",
            standby.version,
            projector.version()
        ),
        Some(standby) if intent == Intent::Swap && standby.was_live => {
            format!("the standby rows of {name} have been live already: undo, or build anew")
        }
        Some(standby) if intent == Intent::Undo && !standby.was_live => {
            format!("the standby rows of {name} have never been live")
        }
        Some(standby) => return Ok(standby),
    };
    Err(DaemonError::Refused(reason))
}

/// The inner error says why it may be tried again.
async fn attempt(
    store: &EventStore,
    projector: &dyn Projector,
    intent: Intent,
    forced: bool,
) -> Result<Result<Exchanged, &'static str>, DaemonError> {
    let name = projector.name();
    let own = checkpoint(name);
    let mut transaction = brief(store.pool()).await?;
    if !lock_out_comparison(&mut transaction, name).await? {
        return Ok(Err("it is being compared"));
    }
    let live = side(&mut transaction, name, "FOR UPDATE")
        .await?
        .ok_or_else(|| never_ran(name))?;
    if intent == Intent::Upgrade && live.version >= projector.version() {
        return Err(DaemonError::Refused(format!("{name} has been upgraded")));
    }
    if !meet(&mut transaction, &own, live.next_leaf).await? {
        return Ok(Err("the standby rows are behind the live ones"));
    }
    let standby = side(&mut transaction, &own, "FOR UPDATE").await?;
    let standby = refuse(projector, standby, intent)?;
    refuse_parked(&live, &standby, forced)?;
    if !fits(&mut transaction, projector).await? {
        return Err(DaemonError::Refused(format!(
            "a migration has changed the tables of {name}: the standby rows no longer fit"
        )));
    }
    move_tables(&mut transaction, projector).await?;
    exchange_checkpoints(&mut transaction, name).await?;
    let exchanged = Exchanged {
        name: name.to_owned(),
        live: side(&mut transaction, name, "").await?.unwrap_or(standby),
        standby: side(&mut transaction, &own, "").await?.unwrap_or(live),
    };
    transaction.commit().await?;
    Ok(Ok(exchanged))
}

/// Waits until the standby rows show what the live ones, which are at a stand now, do.
async fn meet(
    connection: &mut PgConnection,
    standby: &str,
    live: i64,
) -> Result<bool, sqlx::Error> {
    let deadline = Instant::now() + MEET_WITHIN;
    loop {
        let met: Option<bool> =
            sqlx::query_scalar("SELECT next_leaf >= $2 FROM projection WHERE name = $1")
                .bind(standby)
                .bind(live)
                .fetch_optional(&mut *connection)
                .await?;
        if met != Some(false) || Instant::now() > deadline {
            return Ok(met != Some(false));
        }
        sleep(MEET_POLL).await;
    }
}

/// Indexes, keys, sequences and rights follow their tables.
async fn move_tables(
    connection: &mut PgConnection,
    projector: &dyn Projector,
) -> Result<(), sqlx::Error> {
    let origin = quoted(&origin(connection).await?);
    let standby = quoted(&schema(projector.name()));
    let passage = quoted(&format!("passage_{}", projector.name()));
    let tables: Vec<String> = projector.tables().iter().map(|t| quoted(t)).collect();
    let all: Vec<String> = [&origin, &standby]
        .iter()
        .flat_map(|schema| tables.iter().map(move |table| format!("{schema}.{table}")))
        .collect();
    let mut statements = vec![
        format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", all.join(", ")),
        format!("CREATE SCHEMA {passage}"),
    ];
    for (from, to) in [(&origin, &passage), (&standby, &origin)] {
        let moves = tables
            .iter()
            .map(|table| format!("ALTER TABLE {from}.{table} SET SCHEMA {to}"));
        statements.extend(moves);
    }
    statements.push(format!("DROP SCHEMA {standby}"));
    statements.push(format!("ALTER SCHEMA {passage} RENAME TO {standby}"));
    for statement in &statements {
        connection.execute(statement.as_str()).await?;
    }
    Ok(())
}

async fn exchange_checkpoints(
    connection: &mut PgConnection,
    name: &str,
) -> Result<(), sqlx::Error> {
    let own = checkpoint(name);
    sqlx::query(
        "UPDATE projection AS p SET version = other.version, next_leaf = other.next_leaf,
             state = other.state, was_live = (p.name = $2), updated_at = now()
         FROM projection AS other
         WHERE (p.name, other.name) IN (($1, $2), ($2, $1))",
    )
    .bind(name)
    .bind(&own)
    .execute(&mut *connection)
    .await?;
    let passage = format!("passage:{name}");
    for (from, to) in [(name, &*passage), (&*own, name), (&*passage, &*own)] {
        sqlx::query("UPDATE parked SET projection = $2 WHERE projection = $1")
            .bind(from)
            .bind(to)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "UPDATE lease SET fence = fence + 1, held_until = least(held_until, clock_timestamp()) \
         WHERE name = ANY($1)",
    )
    .bind([projection_lease(name), projection_lease(&own)])
    .execute(connection)
    .await
    .map(drop)
}
