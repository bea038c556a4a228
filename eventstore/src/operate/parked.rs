use std::collections::HashSet;
use std::sync::Arc;

use chaobiao_decision::StreamId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::bus::CommandBus;
use crate::daemon::consumer::{ConsumeError, Consumer, ProjectionConsumer};
use crate::daemon::{DaemonError, Projector};
use crate::policy::{Policy, PolicyConsumer};
use crate::standby::StandbyConsumer;
use crate::{EventStore, RecordedEvent};

/// An event a consumer could not take, or one behind such an event in its stream.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct ParkedEvent {
    pub consumer: String,
    pub leaf_index: i64,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub event_type: String,
    pub error: String,
    pub parked_at: DateTime<Utc>,
}

/// What a retry came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Retried {
    pub taken: usize,
    pub still_parked: usize,
}

/// All parked events, in order.
pub async fn parked(pool: &PgPool) -> Result<Vec<ParkedEvent>, sqlx::Error> {
    sqlx::query_as(
        "SELECT projection AS consumer, leaf_index, parked.aggregate_type, parked.aggregate_id,
                event_type, error, parked_at
         FROM parked JOIN log USING (leaf_index) JOIN events USING (global_position)
         ORDER BY projection, leaf_index",
    )
    .fetch_all(pool)
    .await
}

/// Lets a read model take its parked events again, in order; those of its standby rows, too.
pub async fn retry_parked_projection(
    store: &EventStore,
    projector: Arc<dyn Projector>,
) -> Result<Retried, DaemonError> {
    let standby = StandbyConsumer::new(Arc::clone(&projector));
    let beside = retry(store, &standby).await?;
    let mut retried = retry(store, &ProjectionConsumer::new(projector)).await?;
    retried.taken += beside.taken;
    retried.still_parked += beside.still_parked;
    Ok(retried)
}

/// Lets a policy react to its parked events again, in order.
pub async fn retry_parked_policy(
    bus: &CommandBus,
    policy: Arc<dyn Policy>,
) -> Result<Retried, DaemonError> {
    retry(bus.store(), &PolicyConsumer::new(policy, bus.clone())).await
}

/// Rounds go on while they get somewhere: a running server may park further siblings meanwhile.
async fn retry(store: &EventStore, consumer: &dyn Consumer) -> Result<Retried, DaemonError> {
    let mut retried = Retried::default();
    loop {
        let events = load(store, consumer.checkpoint()).await?;
        let mut stuck: HashSet<StreamId> = HashSet::new();
        let mut taken = 0;
        for event in &events {
            if stuck.contains(&event.stream) {
                continue;
            }
            match take(store.pool(), consumer, event).await? {
                Ok(()) => taken += 1,
                Err(error) if error.passing => return Err(DaemonError::Refused(error.message)),
                Err(error) => {
                    note(store.pool(), consumer.checkpoint(), event, &error.message).await?;
                    stuck.insert(event.stream.clone());
                }
            }
        }
        retried.taken += taken;
        retried.still_parked = events.len() - taken;
        if taken == 0 {
            return Ok(retried);
        }
    }
}

async fn load(store: &EventStore, name: &str) -> Result<Vec<RecordedEvent>, DaemonError> {
    let sql = format!(
        "SELECT {} FROM parked p JOIN log l USING (leaf_index) JOIN events e USING (global_position)
         WHERE p.projection = $1 ORDER BY l.leaf_index",
        RecordedEvent::COLUMNS
    );
    let mut events: Vec<RecordedEvent> = sqlx::query_as(&sql)
        .bind(name)
        .fetch_all(store.pool())
        .await?;
    for event in &mut events {
        // One that cannot be decrypted fails below, on its own.
        match store.open_events(std::slice::from_mut(event)).await {
            Err(fault) if fault.is_passing() => return Err(fault.into()),
            _ => {}
        }
    }
    Ok(events)
}

/// One event in one transaction, under the lock of the checkpoint: a running server sees the
/// stream either blocked, or free with this event taken.
async fn take(
    pool: &PgPool,
    consumer: &dyn Consumer,
    event: &RecordedEvent,
) -> Result<Result<(), ConsumeError>, DaemonError> {
    let events = std::slice::from_ref(event);
    let effects = match consumer.prepare(events).await {
        Ok(effects) => effects,
        Err(error) => return Ok(Err(error)),
    };
    let mut transaction = pool.begin().await?;
    let ours = sqlx::query("SELECT FROM projection WHERE name = $1 AND version = $2 FOR UPDATE")
        .bind(consumer.checkpoint())
        .bind(consumer.version())
        .execute(&mut *transaction)
        .await?;
    if ours.rows_affected() == 0 {
        let message = format!("{} is of another version", consumer.checkpoint());
        return Err(DaemonError::Refused(message));
    }
    let freed = sqlx::query("DELETE FROM parked WHERE projection = $1 AND leaf_index = $2")
        .bind(consumer.checkpoint())
        .bind(event.leaf_index)
        .execute(&mut *transaction)
        .await?;
    if freed.rows_affected() == 0 {
        // An exchange of sides, or another operator's retry, was faster.
        return Ok(Ok(()));
    }
    if let Err(error) = consumer.write(events, &effects, &mut transaction).await {
        return Ok(Err(error));
    }
    transaction.commit().await?;
    Ok(Ok(()))
}

async fn note(
    pool: &PgPool,
    name: &str,
    event: &RecordedEvent,
    error: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE parked SET error = $3 WHERE projection = $1 AND leaf_index = $2")
        .bind(name)
        .bind(event.leaf_index)
        .bind(error)
        .execute(pool)
        .await
        .map(drop)
}
