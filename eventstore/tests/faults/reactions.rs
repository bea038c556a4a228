//! What follows from events: a policy with every kind of reaction, a sender that counts, and a read
//! model that shows it when an event is taken twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chaobiao_eventstore::{
    Delivery, OutboxMessage, Outgoing, Policy, PolicyError, ProjectionError, Projector, Reaction,
    RecordedEvent, Sender,
};
use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Echo, JarEvent, Settle, TagEvent};

pub(crate) struct Reactions;

/// Whether taking an amount out leads to a due command.
pub(crate) fn is_settled(amount: i64) -> bool {
    amount % 3 == 0
}

impl Policy for Reactions {
    fn name(&self) -> &'static str {
        "reactions"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["jar", "tag"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        if event.stream.aggregate_type == "tag" {
            let TagEvent::Labelled { by, because, .. } = event.decode()?;
            return Ok(vec![Reaction::Send(OutboxMessage {
                channel: "sms".to_owned(),
                message: json!({ "to": by, "because": because }),
            })]);
        }
        Ok(match event.decode()? {
            JarEvent::Put { amount, because } => vec![Reaction::Run {
                process: Box::new(Echo {
                    jar: format!("echo-{}", event.stream.aggregate_id),
                    amount,
                    of: because,
                }),
                label: "echo".to_owned(),
            }],
            JarEvent::Taken { amount, because } if is_settled(amount) => vec![Reaction::Due {
                at: event.recorded_at + TimeDelta::milliseconds(500),
                process: Box::new(Settle { of: because }),
                subject: because.to_string(),
                label: "settle".to_owned(),
            }],
            _ => Vec::new(),
        })
    }
}

/// The world outside: what reached it, and how often.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    received: Mutex<BTreeMap<Uuid, u32>>,
}

impl Outside {
    pub(crate) fn received(&self) -> BTreeMap<Uuid, u32> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// One node's way outside.
pub(crate) struct Post(pub(crate) Arc<Outside>);

#[async_trait]
impl Sender for Post {
    async fn send(&self, outgoing: &Outgoing) -> Delivery {
        let count = |received: &mut BTreeMap<Uuid, u32>| {
            *received.entry(outgoing.id).or_insert(0) += 1;
        };
        count(
            &mut self
                .0
                .received
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        Delivery::sent()
    }
}

pub(crate) const TABLES: &str = "
    CREATE TABLE read_balance (jar text PRIMARY KEY, balance bigint NOT NULL,
                               events bigint NOT NULL, last_leaf bigint NOT NULL);
    CREATE TABLE read_label (tag text PRIMARY KEY, label text NOT NULL, by text NOT NULL,
                             events bigint NOT NULL)";

pub(crate) fn projectors() -> Vec<Arc<dyn Projector>> {
    vec![Arc::new(Balances), Arc::new(Labels)]
}

struct Balances;

#[async_trait]
impl Projector for Balances {
    fn name(&self) -> &'static str {
        "balance"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["jar"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_balance"]
    }

    /// Adds instead of setting: an event that is taken twice, or not at all, stays visible.
    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let change = match event.decode()? {
                JarEvent::Put { amount, .. } | JarEvent::Echoed { amount, .. } => amount,
                JarEvent::Taken { amount, .. } => -amount,
                JarEvent::Settled { .. } => 1,
            };
            let last: Option<i64> = sqlx::query_scalar(
                "INSERT INTO read_balance AS r VALUES ($1, $2, 1, $3)
                 ON CONFLICT (jar) DO UPDATE SET balance = r.balance + $2,
                     events = r.events + 1, last_leaf = $3
                 WHERE r.last_leaf < $3 RETURNING r.events",
            )
            .bind(&event.stream.aggregate_id)
            .bind(change)
            .bind(event.leaf_index)
            .fetch_optional(&mut *connection)
            .await?;
            if last != Some(event.sequence) {
                return Err(ProjectionError::Invalid(format!(
                    "{}#{} came after {last:?} events",
                    event.stream, event.sequence
                )));
            }
        }
        Ok(())
    }
}

struct Labels;

#[async_trait]
impl Projector for Labels {
    fn name(&self) -> &'static str {
        "label"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["tag"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_label"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let TagEvent::Labelled { label, by, .. } = event.decode()?;
            sqlx::query(
                "INSERT INTO read_label AS r VALUES ($1, $2, $3, 1)
                 ON CONFLICT (tag) DO UPDATE SET label = $2, by = $3, events = r.events + 1",
            )
            .bind(&event.stream.aggregate_id)
            .bind(label)
            .bind(by.value())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}
