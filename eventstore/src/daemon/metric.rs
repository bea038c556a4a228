//! What `/metrics` tells of the store. Every node measures for itself, whatever leases it holds:
//! numbers of a node that has lost one would be those of the past.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::PgPool;

use crate::EventStore;
use crate::daemon::job::Node;
use crate::operate::{Vitals, vitals};

const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// Measures until the node stops.
pub(crate) async fn run(store: EventStore, mut node: Node) {
    let mut jobs = BTreeSet::new();
    while !*node.stopping.borrow() {
        match vitals(store.pool(), store.clock().now()).await {
            Ok(vitals) => {
                publish(&vitals);
                publish_jobs(&vitals, &mut jobs);
            }
            Err(error) => tracing::warn!(%error, "the store could not be measured"),
        }
        publish_pool(store.pool());
        node.pause(MEASURE_EVERY).await;
    }
}

fn publish(vitals: &Vitals) {
    let log = &vitals.log;
    gauge("chaobiao_sealed_leaves", &[], log.sealed_leaves);
    gauge(
        "chaobiao_oldest_open_transaction_milliseconds",
        &[],
        log.oldest_open_ms,
    );
    gauge("chaobiao_unsealed_events", &[], log.unsealed_events);
    gauge("chaobiao_unsealed_age_seconds", &[], log.unsealed_age_s);
    gauge("chaobiao_unsigned_leaves", &[], log.unsigned_leaves);
    gauge("chaobiao_checkpoint_age_seconds", &[], log.checkpoint_age_s);
    for (list, count, age) in [
        ("outbox", log.outbox_queued, log.outbox_age_s),
        ("due", log.due_overdue, log.due_age_s),
    ] {
        gauge("chaobiao_backlog_items", &[("list", list)], count);
        gauge("chaobiao_backlog_age_seconds", &[("list", list)], age);
    }
    for consumer in &vitals.consumers {
        let labels = [("consumer", consumer.name.as_str())];
        gauge("chaobiao_consumer_lag_leaves", &labels, consumer.lag);
        gauge("chaobiao_consumer_lag_seconds", &labels, consumer.lag_s);
    }
    for waiting in &vitals.waiting {
        let labels = [
            ("list", waiting.list.as_str()),
            ("item", waiting.item.as_str()),
        ];
        gauge("chaobiao_waiting_for_a_person", &labels, waiting.count);
    }
    for verified in &vitals.verifications {
        let labels = [("projection", verified.projection.as_str())];
        let at = verified.verified_at.timestamp();
        gauge("chaobiao_projection_verified_timestamp", &labels, at);
        gauge(
            "chaobiao_projection_differences",
            &labels,
            verified.differences,
        );
    }
}

/// A job no node has any more is told once again: nobody misses it. `known` are those told of.
fn publish_jobs(vitals: &Vitals, known: &mut BTreeSet<String>) {
    let gone = std::mem::take(known);
    known.extend(vitals.leases.iter().map(|lease| lease.name.clone()));
    let gone = gone.difference(known).map(|name| (name.as_str(), 0));
    let present = vitals
        .leases
        .iter()
        .map(|lease| (lease.name.as_str(), lease.free_s));
    for (name, free_s) in present.chain(gone) {
        gauge("chaobiao_job_idle_seconds", &[("job", name)], free_s);
    }
}

fn publish_pool(pool: &PgPool) {
    let open = i64::from(pool.size());
    let idle = i64::try_from(pool.num_idle()).unwrap_or(open);
    let most = i64::from(pool.options().get_max_connections());
    for (state, count) in [("busy", open - idle), ("idle", idle), ("max", most)] {
        gauge("chaobiao_pool_connections", &[("state", state)], count);
    }
}

/// Sets a gauge to a count. Gauges take floating point; nothing else here does.
fn gauge(name: &'static str, labels: &[(&'static str, &str)], value: i64) {
    let labels: Vec<metrics::Label> = labels
        .iter()
        .map(|(key, value)| metrics::Label::new(*key, (*value).to_owned()))
        .collect();
    // Nothing here is negative, and beyond 32 bits a gauge has nothing more to say.
    let value = u32::try_from(value.max(0)).unwrap_or(u32::MAX);
    metrics::gauge!(name, labels).set(value);
}
