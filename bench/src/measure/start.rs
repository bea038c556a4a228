//! A process that starts over a long history.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chaobiao_embedded_postgres::pool_options;
use chaobiao_eventstore::{BusOptions, CommandBus, Daemon, EventStore, MasterKey, SystemClock};

use crate::Failure;
use crate::figures::{Figures, Unit, micros, per_second};
use crate::machine::Machine;
use crate::tank::{Fill, TankCard, context, fresh_tank};

const LIMIT: Duration = Duration::from_mins(20);
const CHUNK: i64 = 50_000;

/// Events as the command bus would have written them, on streams of a hundred.
const SEED: &str = "
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                        metadata, epoch, event_id, command_id, recorded_at, salt)
    SELECT 'tank', 'seed-' || (n / 100), n % 100 + 1, 'tank.filled', '1.0.0',
           jsonb_build_object('type', 'filled', 'litres', 5, 'note', $1::text),
           jsonb_build_object('actor', 'system:bench', 'process', 'tank.fill', 'command_id', id),
           (SELECT max(epoch) FROM store_epoch), id, id, now(), decode(repeat('00', 16), 'hex')
      FROM generate_series($2::bigint, $3::bigint) AS n,
           LATERAL (SELECT lpad(to_hex(n + (1::bigint << 40)), 32, '0')::uuid AS id) AS i";

/// Adds `events` events, and has them sealed and projected.
pub(crate) async fn seed(
    machine: &Machine,
    figures: &mut Figures,
    events: i64,
) -> Result<(), Failure> {
    let mut from = 0;
    while from < events {
        let to = (from + CHUNK).min(events);
        sqlx::query(SEED)
            .bind(crate::tank::NOTE)
            .bind(from)
            .bind(to - 1)
            .execute(machine.pool())
            .await?;
        from = to;
    }
    sqlx::query("ANALYZE events")
        .execute(machine.pool())
        .await?;
    let begun = Instant::now();
    let daemon = Daemon::builder(machine.bus.clone())
        .projectors(vec![Arc::new(TankCard)])
        .start();
    let settled = daemon.settle(LIMIT).await;
    let taken = begun.elapsed();
    daemon.shutdown().await;
    if !settled {
        return Err(Failure::NeverVisible);
    }
    let rate = per_second(events.unsigned_abs(), taken);
    figures.note(
        "long history",
        "sealed and projected",
        Unit::PerSecond,
        rate,
    );
    Ok(())
}

/// From nothing in memory to the first answer, whose event is visible.
pub(crate) async fn round(machine: &Machine, figures: &mut Figures) -> Result<(), Failure> {
    let events: i64 = sqlx::query_scalar("SELECT next_leaf FROM sealer")
        .fetch_one(machine.pool())
        .await?;
    let work = format!("start over {} thousand events", events / 1000);
    let begun = Instant::now();
    let pool = pool_options()
        .connect_with(machine.connect_options())
        .await?;
    let key = MasterKey::new([7; 32]);
    let store = EventStore::open(pool, &key, Arc::new(SystemClock)).await?;
    let bus = CommandBus::new(store.clone(), BusOptions::default());
    let daemon = Daemon::builder(bus.clone())
        .projectors(vec![Arc::new(TankCard)])
        .start();
    let at = store.clock().now();
    let executed = bus.execute(context(at), Fill::once(fresh_tank())).await?;
    figures.note(
        &work,
        "first answer",
        Unit::Microseconds,
        micros(begun.elapsed()),
    );
    let position = executed.position.ok_or(Failure::NothingWritten)?;
    // A daemon that has not yet learned where it stands takes itself for hopelessly behind.
    while !daemon.wait_for(position, LIMIT).await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    figures.note(
        &work,
        "its event visible",
        Unit::Microseconds,
        micros(begun.elapsed()),
    );
    daemon.shutdown().await;
    store.pool().close().await;
    Ok(())
}
