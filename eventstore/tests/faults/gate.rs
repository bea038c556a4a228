//! Commits held at their very end, so that a node can be killed there; and disks that are full.

use std::time::{Duration, Instant};

use sqlx::{Executor as _, PgConnection};

use crate::world::World;

/// The tables that some transaction of the store writes last, or alone: its commit boundaries.
pub(crate) const BOUNDARIES: [&str; 11] = [
    "events",
    "command",
    "claim",
    "log",
    "projection",
    "due",
    "outbox",
    "notary",
    "checkpoint",
    "lease",
    "subject_key",
];

/// Every transaction that writes one of the tables passes the gate when it commits: after all its
/// statements, before its commit record. A held advisory lock closes the gate, another one makes
/// the disk full.
pub(crate) const GATES: &str = "
    CREATE FUNCTION fault_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT pg_try_advisory_xact_lock_shared(4711, hashtext(TG_TABLE_NAME)) THEN
            RAISE EXCEPTION 'could not extend file: No space left on device'
                USING ERRCODE = 'disk_full';
        END IF;
        PERFORM pg_advisory_xact_lock_shared(4712, hashtext(TG_TABLE_NAME));
        RETURN NULL;
    END $$;
    DO $$
    DECLARE gated text;
    BEGIN
        FOREACH gated IN ARRAY ARRAY['events', 'command', 'claim', 'log', 'projection', 'due',
            'outbox', 'notary', 'checkpoint', 'lease', 'subject_key']
        LOOP
            EXECUTE format('CREATE CONSTRAINT TRIGGER fault_gate AFTER INSERT OR UPDATE ON %I
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault_gate()', gated);
        END LOOP;
    END $$";

/// What becomes of the commit whose node was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It happens, and nobody hears of it.
    Lands,
    RollsBack,
}

/// Kills the node whose commit arrives first at a boundary, and lets the commit have its fate. The
/// number of the node that was killed; `None` when no commit came in time.
pub(crate) async fn kill_at(
    world: &World,
    boundary: &str,
    fate: Fate,
    limit: Duration,
) -> Option<usize> {
    let mut gate = world.superuser().await;
    lock(&mut gate, 4712, boundary).await;
    let (pid, name) = first_waiting(&mut gate, boundary, limit).await?;
    let killed = world.nodes.iter().position(|node| node.name == name);
    if let Some(killed) = killed {
        world.nodes[killed].kill();
        if fate == Fate::RollsBack {
            sqlx::query("SELECT pg_terminate_backend($1, 5000)")
                .bind(pid)
                .execute(&mut gate)
                .await
                .expect("a session is ended");
        }
    }
    // The gate opens with the end of its session.
    close(gate).await;
    killed
}

/// The disk is full for one table.
pub(crate) async fn fill_disk(world: &World, table: &str, duration: Duration) {
    let mut full = world.superuser().await;
    lock(&mut full, 4711, table).await;
    tokio::time::sleep(duration).await;
    close(full).await;
}

async fn lock(connection: &mut PgConnection, space: i32, table: &str) {
    sqlx::query("SELECT pg_advisory_lock($1, hashtext($2))")
        .bind(space)
        .bind(table)
        .execute(connection)
        .await
        .expect("the gate closes");
}

async fn first_waiting(
    connection: &mut PgConnection,
    boundary: &str,
    limit: Duration,
) -> Option<(i32, String)> {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        let waiting = sqlx::query_as(
            "SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE locktype = 'advisory' AND classid = 4712 AND NOT granted
               AND objid::bigint = hashtext($1)::bigint & 4294967295
               AND application_name LIKE 'fault-node-%' ORDER BY waitstart LIMIT 1",
        )
        .bind(boundary)
        .fetch_optional(&mut *connection)
        .await
        .expect("locks are shown");
        if waiting.is_some() {
            return waiting;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    None
}

/// Ends a session for certain: an advisory lock left behind would stop everything.
async fn close(mut connection: PgConnection) {
    let unlocked = connection.execute("SELECT pg_advisory_unlock_all()").await;
    unlocked.expect("the gate opens");
}
