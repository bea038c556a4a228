//! Which background jobs there are. Who does them is told by the leases.

use std::time::Duration;

use sqlx::PgPool;

use crate::daemon::job::Node;

const CALL_EVERY: Duration = Duration::from_secs(20);

/// A job no node has called for two minutes belongs to no running program.
const CALL: &str = "
    INSERT INTO job (name) SELECT name FROM unnest($1::text[]) AS name ORDER BY name
    ON CONFLICT (name) DO UPDATE SET
        since = CASE WHEN job.wanted_at < clock_timestamp() - interval '2 minutes'
                     THEN clock_timestamp() ELSE job.since END,
        wanted_at = clock_timestamp()";

/// Calls this node's jobs until it stops, also those it does not get to do.
pub(crate) async fn run(mut names: Vec<String>, mut node: Node) {
    names.sort_unstable();
    while !*node.stopping.borrow() {
        if let Err(error) = call(&node.pool, &names).await {
            tracing::warn!(%error, "the jobs of this node were not called");
        }
        node.pause(CALL_EVERY).await;
    }
}

async fn call(pool: &PgPool, names: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query(CALL).bind(names).execute(pool).await.map(drop)
}
