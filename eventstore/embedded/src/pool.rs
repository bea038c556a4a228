//! Pools whose connections are always outside a transaction when they are handed out.

use futures::TryFutureExt as _;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{Executor as _, Row as _};

/// In a transaction block the statement is younger than the transaction. Asked as text, since
/// the prepared protocol sends more than one message per statement.
const OUTSIDE_A_TRANSACTION: &str = "SELECT now() = statement_timestamp()";

/// The embedded cluster has it in its settings, another one may not. Without it a node that is
/// frozen inside a transaction would hold sealer and leases up for as long as it sleeps.
const IDLE_LIMIT: &str = "SET idle_in_transaction_session_timeout = '60s'";

/// The options every pool of the product starts from.
///
/// A task that is dropped while sqlx 0.8 waits for the answer to its `BEGIN` gives the
/// connection back with that transaction open, and what the next task commits by itself is
/// never committed: a request whose client hangs up is enough. The question asked here replaces
/// the ping sqlx would send, so it costs no further round trip.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new()
        .test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(connection.execute(IDLE_LIMIT).map_ok(drop)))
        .before_acquire(|connection, _| is_outside_a_transaction(connection))
}

fn is_outside_a_transaction(connection: &mut PgConnection) -> BoxFuture<'_, sqlx::Result<bool>> {
    Box::pin(async move {
        let row = connection
            .fetch_one(sqlx::raw_sql(OUTSIDE_A_TRANSACTION))
            .await?;
        row.try_get(0)
    })
}
