//! Who may run a single-runner job.

use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::postgres::types::PgInterval;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::daemon::DaemonError;

/// The right to run one job, until somebody else has taken it over.
///
/// Time is the database's, so nodes need not agree on theirs. A runner that was paused for longer
/// than `duration` may still believe in its lease: every transaction it writes therefore calls
/// [`Lease::confirm`], which fails once the fence has grown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub owner: Uuid,
    pub fence: i64,
    pub duration: Duration,
}

const TAKE: &str = "
    INSERT INTO lease (name, owner, fence, held_until)
    VALUES ($1, $2, 1, clock_timestamp() + $3)
    ON CONFLICT (name) DO UPDATE
        SET owner = excluded.owner, fence = lease.fence + 1, held_until = excluded.held_until
        WHERE lease.held_until < clock_timestamp()
    RETURNING fence";

const CONFIRM: &str = "
    UPDATE lease SET held_until = clock_timestamp() + $4
    WHERE name = $1 AND owner = $2 AND fence = $3";

const RELEASE: &str = "
    UPDATE lease SET held_until = clock_timestamp() WHERE name = $1 AND owner = $2 AND fence = $3";

impl Lease {
    /// Takes the lease if nobody holds it. `Take` in `eventstore/model`; a lease that runs out is its
    /// `Expire`.
    pub async fn take(
        pool: &PgPool,
        name: &str,
        owner: Uuid,
        duration: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let fence: Option<i64> = sqlx::query_scalar(TAKE)
            .bind(name)
            .bind(owner)
            .bind(interval(duration))
            .fetch_optional(pool)
            .await?;
        Ok(fence.map(|fence| Self {
            name: name.to_owned(),
            owner,
            fence,
            duration,
        }))
    }

    /// Fails when the lease has been taken over, and renews it otherwise. Until the end of the
    /// connection's transaction nobody else can take it.
    pub async fn confirm(&self, connection: &mut PgConnection) -> Result<(), DaemonError> {
        let confirmed = sqlx::query(CONFIRM)
            .bind(&self.name)
            .bind(self.owner)
            .bind(self.fence)
            .bind(interval(self.duration))
            .execute(connection)
            .await?;
        if confirmed.rows_affected() == 1 {
            Ok(())
        } else {
            Err(DaemonError::LeaseLost {
                name: self.name.clone(),
            })
        }
    }

    /// Renews the lease again and again while `work` runs; fails when it is lost meanwhile.
    pub async fn keep_during<T>(
        &self,
        pool: &PgPool,
        mut work: BoxFuture<'_, T>,
    ) -> Result<T, DaemonError> {
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(self.duration / 3) => {
                    let mut connection = pool.acquire().await?;
                    self.confirm(&mut connection).await?;
                }
            }
        }
    }

    /// Gives the lease up, so that the next runner need not wait for its end.
    pub async fn release(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        sqlx::query(RELEASE)
            .bind(&self.name)
            .bind(self.owner)
            .bind(self.fence)
            .execute(pool)
            .await
            .map(drop)
    }
}

fn interval(duration: Duration) -> PgInterval {
    let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    PgInterval {
        months: 0,
        days: 0,
        microseconds,
    }
}
