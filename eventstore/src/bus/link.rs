//! The connection through which batches of commands reach the database.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

/// What a lane sends is always the same few statements, all of them look-ups by key: planned once,
/// and never by way of a whole table, whatever the statistics said at that moment.
const SETTINGS: &str = "SELECT set_config('plan_cache_mode', 'force_generic_plan', false),
    set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
    set_config('enable_mergejoin', 'off', false),
    set_config('max_parallel_workers_per_gather', '0', false), set_config('jit', 'off', false)";

/// Where the statements of a batch go.
///
/// A lane keeps its connection: a pool asks the server whether a connection is alive each time it
/// hands it out and takes it back, which costs more round trips than the command itself.
pub(crate) struct Link {
    pool: PgPool,
    keeps: bool,
    kept: Option<PgConnection>,
}

/// A connection in use. One that is dropped instead of given back to [`Link::keep`], because it
/// failed or because its user went away, is not used again.
pub(crate) struct Taken {
    connection: Held,
    /// It has been idle: the server may have gone away meanwhile.
    pub(crate) rested: bool,
}

enum Held {
    Own(PgConnection),
    Pooled(PoolConnection<Postgres>),
}

impl Link {
    /// For work that goes on and on.
    pub(crate) fn kept(pool: &PgPool) -> Self {
        Self {
            pool: pool.clone(),
            keeps: true,
            kept: None,
        }
    }

    /// For work that is done now and then: every use takes a connection out of the pool.
    pub(crate) fn pooled(pool: &PgPool) -> Self {
        Self {
            pool: pool.clone(),
            keeps: false,
            kept: None,
        }
    }

    pub(crate) async fn take(&mut self) -> Result<Taken, sqlx::Error> {
        if let Some(connection) = self.kept.take() {
            return Ok(Taken {
                connection: Held::Own(connection),
                rested: true,
            });
        }
        let connection = if self.keeps {
            // The pool knows how long to try; detached, the connection is not one of its number.
            let mut own = self.pool.acquire().await?.detach();
            sqlx::query(SETTINGS).execute(&mut own).await?;
            Held::Own(own)
        } else {
            Held::Pooled(self.pool.acquire().await?)
        };
        Ok(Taken {
            connection,
            rested: false,
        })
    }

    /// Gives a connection back that is in no transaction.
    pub(crate) fn keep(&mut self, taken: Taken) {
        if let Held::Own(connection) = taken.connection {
            self.kept = Some(connection);
        }
    }
}

impl Deref for Taken {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.connection {
            Held::Own(connection) => connection,
            Held::Pooled(connection) => connection,
        }
    }
}

impl DerefMut for Taken {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Held::Own(connection) => connection,
            Held::Pooled(connection) => connection,
        }
    }
}
