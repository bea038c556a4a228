//! Both sides of a read model, as they are stored; making and dropping the standby one.

use std::time::Duration;

use serde::Serialize;
use sqlx::{FromRow, PgConnection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, sleep};

use crate::EventStore;
use crate::daemon::{DaemonError, Projector};
use crate::standby::tables::{origin, shape};
use crate::standby::{Copies, checkpoint, copy, quoted, schema};

/// No reader waits longer than this behind a lock of ours, and no commit for its number.
pub(super) const LOCK_MS_MAX: u32 = 100;
/// Between two tries to get a lock.
pub(super) const RETRY: Duration = Duration::from_millis(100);
/// How long others may keep tables busy before we give up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// The rows of one side, and how far they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Side {
    pub version: i32,
    /// Everything before this leaf has been taken.
    pub next_leaf: i64,
    /// `running`, or `rebuilding` while it is far behind.
    pub state: String,
    /// Standby only: live before, kept for undo.
    pub was_live: bool,
    pub parked: i64,
}

/// A read model's live rows and those beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sides {
    pub name: String,
    pub live: Side,
    pub standby: Option<Side>,
    /// Where the log ends.
    pub sealed: i64,
}

/// How both sides of a read model stand.
pub async fn sides(pool: &PgPool, projector: &dyn Projector) -> Result<Sides, DaemonError> {
    let mut connection = pool.acquire().await?;
    let name = projector.name();
    let live = side(&mut connection, name, "").await?;
    Ok(Sides {
        name: name.to_owned(),
        live: live.ok_or_else(|| never_ran(name))?,
        standby: side(&mut connection, &checkpoint(name), "").await?,
        sealed: sqlx::query_scalar("SELECT next_leaf FROM sealer")
            .fetch_one(&mut *connection)
            .await?,
    })
}

pub(super) fn never_ran(name: &str) -> DaemonError {
    DaemonError::Refused(format!("{name} has never run"))
}

/// A side, with `lock` at the end of the statement.
pub(super) async fn side(
    connection: &mut PgConnection,
    checkpoint: &str,
    lock: &str,
) -> Result<Option<Side>, sqlx::Error> {
    let sql = format!(
        "SELECT version, next_leaf, state, was_live,
                (SELECT count(*) FROM parked WHERE parked.projection = name) AS parked
         FROM projection WHERE name = $1 {lock}"
    );
    sqlx::query_as(&sql)
        .bind(checkpoint)
        .fetch_optional(connection)
        .await
}

/// A transaction that gives up rather than holding others up.
pub(super) async fn brief(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query(&format!("SET LOCAL lock_timeout = {LOCK_MS_MAX}"))
        .execute(&mut *transaction)
        .await?;
    Ok(transaction)
}

/// Whether somebody else held a lock for too long.
pub(super) fn is_busy(error: &DaemonError) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    let DaemonError::Database(sqlx::Error::Database(error)) = error else {
        return false;
    };
    error.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}

/// Who wants the rows built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// An operator: rows kept for undo make way.
    Asked,
    /// A program newer than the live rows: what is there of its version will do.
    Newer,
}

/// Makes sure that there are standby rows of this program's version. `true` when they have to be
/// built from the beginning, `false` when somebody has begun before.
pub(crate) async fn begin(
    store: &EventStore,
    projector: &dyn Projector,
    wish: Wish,
) -> Result<bool, DaemonError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match try_begin(store.pool(), projector, wish).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(RETRY).await,
            result => return result,
        }
    }
}

async fn try_begin(
    pool: &PgPool,
    projector: &dyn Projector,
    wish: Wish,
) -> Result<bool, DaemonError> {
    let (name, own) = (projector.name(), checkpoint(projector.name()));
    let mut transaction = brief(pool).await?;
    // Whoever else begins, exchanges or drops waits here.
    side(&mut transaction, name, "FOR UPDATE")
        .await?
        .ok_or_else(|| never_ran(name))?;
    if let Some(standby) = side(&mut transaction, &own, "FOR UPDATE").await? {
        let building = !standby.was_live;
        if building && standby.version > projector.version() {
            return Err(DaemonError::Refused(format!(
                "version {} of {name} is being built, this program has version {}",
                standby.version,
                projector.version()
            )));
        }
        if standby.version == projector.version()
            && (building || wish == Wish::Newer)
            && fits(&mut transaction, projector).await?
        {
            return Ok(false);
        }
        discard(&mut transaction, name).await?;
    }
    let tables = projector.tables();
    copy(&mut transaction, &schema(name), tables, Copies::Kept).await?;
    sqlx::query("INSERT INTO projection (name, version, state) VALUES ($1, $2, 'rebuilding')")
        .bind(&own)
        .bind(projector.version())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Whether live and standby tables are of one shape: a migration may have changed the live ones.
pub(super) async fn fits(
    connection: &mut PgConnection,
    projector: &dyn Projector,
) -> Result<bool, sqlx::Error> {
    let tables = projector.tables();
    let live = origin(connection).await?;
    let live = shape(connection, &live, tables).await?;
    Ok(live == shape(connection, &schema(projector.name()), tables).await?)
}

/// Discards the standby rows. `false` when there are none.
pub async fn drop_standby(
    store: &EventStore,
    projector: &dyn Projector,
) -> Result<bool, DaemonError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match try_drop(store.pool(), projector.name()).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(RETRY).await,
            result => return result,
        }
    }
}

async fn try_drop(pool: &PgPool, name: &str) -> Result<bool, DaemonError> {
    let mut transaction = brief(pool).await?;
    side(&mut transaction, name, "FOR UPDATE").await?;
    if side(&mut transaction, &checkpoint(name), "FOR UPDATE")
        .await?
        .is_none()
    {
        return Ok(false);
    }
    discard(&mut transaction, name).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn discard(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let own = checkpoint(name);
    let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", quoted(&schema(name)));
    sqlx::query(&drop).execute(&mut *connection).await?;
    for statement in [
        "DELETE FROM parked WHERE projection = $1",
        "DELETE FROM projection WHERE name = $1",
    ] {
        sqlx::query(statement)
            .bind(&own)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
