//! How the store is doing, in the numbers operators watch.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::operate::{ConsumerStatus, consumers};

/// Read in one go from the database, so every node tells the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Vitals {
    pub log: LogVitals,
    pub consumers: Vec<ConsumerStatus>,
    /// Lists whose items wait for a person.
    pub waiting: Vec<WaitingList>,
    pub leases: Vec<LeaseVitals>,
    pub verifications: Vec<VerificationVitals>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct LogVitals {
    /// Where the log ends.
    pub sealed_leaves: i64,
    /// The oldest transaction that may still write an event; the sealer waits for it.
    pub oldest_open_ms: i64,
    /// Committed events without a number, up to a bound.
    pub unsealed_events: i64,
    pub unsealed_age_s: i64,
    /// Numbered events no signed checkpoint covers yet.
    pub unsigned_leaves: i64,
    pub checkpoint_age_s: i64,
    pub outbox_queued: i64,
    pub outbox_age_s: i64,
    /// Due commands whose time has come.
    pub due_overdue: i64,
    pub due_age_s: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct WaitingList {
    pub list: String,
    pub item: String,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct LeaseVitals {
    pub name: String,
    /// The present holder or the last one.
    pub owner: Option<uuid::Uuid>,
    pub held: bool,
    /// For how long nobody has held it while some node would have.
    pub free_s: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct VerificationVitals {
    pub projection: String,
    pub verified_at: DateTime<Utc>,
    pub next_leaf: i64,
    pub differences: i64,
}

/// `$1`, `$2` is the sealer's mark and `$3` the store's clock: due times are the domain's, other
/// ages the database's.
const LOG: &str = "
    WITH unsealed AS MATERIALIZED (
        SELECT inserted_at FROM events WHERE (epoch, xid) > ($1, $2::text::xid8)
        ORDER BY epoch, xid LIMIT 100000
    ), signed AS (SELECT coalesce(max(tree_size), 0) AS size FROM checkpoint
    ), open AS (
        SELECT xact_start AS since FROM pg_stat_activity WHERE backend_xid IS NOT NULL
        UNION ALL SELECT prepared FROM pg_prepared_xacts
    ), ages AS (
        SELECT (SELECT min(since) FROM open) AS open,
               (SELECT min(inserted_at) FROM unsealed) AS unsealed,
               (SELECT inserted_at FROM log JOIN events USING (global_position), signed
                WHERE leaf_index = signed.size) AS unsigned,
               (SELECT min(created_at) FROM outbox WHERE state = 'queued') AS outbox,
               (SELECT min(due_at) FROM due WHERE state = 'waiting') AS due
    )
    SELECT sealer.next_leaf AS sealed_leaves,
           coalesce(extract(epoch FROM clock_timestamp() - ages.open) * 1000, 0)::bigint
               AS oldest_open_ms,
           (SELECT count(*) FROM unsealed) AS unsealed_events,
           coalesce(extract(epoch FROM clock_timestamp() - ages.unsealed), 0)::bigint
               AS unsealed_age_s,
           greatest(sealer.next_leaf - signed.size, 0) AS unsigned_leaves,
           coalesce(extract(epoch FROM clock_timestamp() - ages.unsigned), 0)::bigint
               AS checkpoint_age_s,
           (SELECT count(*) FROM outbox WHERE state = 'queued') AS outbox_queued,
           greatest(coalesce(extract(epoch FROM $3 - ages.outbox), 0), 0)::bigint AS outbox_age_s,
           (SELECT count(*) FROM due WHERE state = 'waiting' AND due_at <= $3) AS due_overdue,
           greatest(coalesce(extract(epoch FROM $3 - ages.due), 0), 0)::bigint AS due_age_s
    FROM sealer, signed, ages";

const WAITING: &str = "
    SELECT 'parked' AS list, name AS item, count(parked.leaf_index) AS count
      FROM projection LEFT JOIN parked ON parked.projection = name GROUP BY name
    UNION ALL SELECT 'due', 'failed', count(*) FROM due WHERE state = 'failed'
    UNION ALL SELECT 'outbox', state, count(outbox.id)
      FROM unnest(ARRAY['failed', 'unknown']) AS state LEFT JOIN outbox USING (state)
     GROUP BY state";

/// Leases of jobs that running nodes have; standby rows come and go, and nobody need care for them.
const LEASES: &str = "
    SELECT name, owner, held,
           CASE WHEN held THEN 0
                ELSE extract(epoch FROM clock_timestamp() - greatest(held_until, since)) END::bigint
               AS free_s
      FROM (SELECT name, owner, held_until, since, wanted_at,
                   coalesce(held_until > clock_timestamp(), false) AS held
              FROM lease FULL JOIN job USING (name)) AS jobs
     WHERE name NOT LIKE 'projection:standby:%'
       AND (held OR wanted_at > clock_timestamp() - interval '2 minutes')
     ORDER BY name";

/// Reads everything; `now` is the store's clock.
pub async fn vitals(pool: &PgPool, now: DateTime<Utc>) -> Result<Vitals, sqlx::Error> {
    let (epoch, xid): (i32, String) = sqlx::query_as("SELECT epoch, xid::text FROM sealer")
        .fetch_one(pool)
        .await?;
    Ok(Vitals {
        log: sqlx::query_as(LOG)
            .bind(epoch)
            .bind(xid)
            .bind(now)
            .fetch_one(pool)
            .await?,
        consumers: consumers(pool).await?,
        waiting: sqlx::query_as(WAITING).fetch_all(pool).await?,
        leases: sqlx::query_as(LEASES).fetch_all(pool).await?,
        verifications: sqlx::query_as(
            "SELECT projection, verified_at, next_leaf, differences FROM verification
             WHERE verified_at IS NOT NULL ORDER BY projection",
        )
        .fetch_all(pool)
        .await?,
    })
}
