//! A node: bus and background work on a runtime of its own, which can be killed and frozen.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chaobiao_embedded_postgres::pool_options;
use chaobiao_eventstore::notary::{CheckpointSink, NotaryOptions};
use chaobiao_eventstore::{
    BusOptions, Clock, CommandBus, Daemon, EventStore, MasterKey, StoreError,
};
use chaobiao_proof::LogKey;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgConnectOptions;
use tokio::runtime::{Builder, Runtime};

use crate::domain::processes;
use crate::reactions::{Outside, Post, Reactions, projectors};

/// Short, so that a takeover fits into a test.
pub(crate) const LEASE: Duration = Duration::from_millis(400);

/// The machine's clock, wrong by some time.
#[derive(Debug, Default)]
pub(crate) struct JumpingClock(AtomicI64);

impl JumpingClock {
    pub(crate) fn jump_to(&self, seconds_ahead: i64) {
        self.0.store(seconds_ahead, Ordering::Relaxed);
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> DateTime<Utc> {
        let now: DateTime<Utc> = std::time::SystemTime::now().into();
        now + TimeDelta::seconds(self.0.load(Ordering::Relaxed))
    }
}

/// Keeps every published checkpoint, as a witness outside of the database would.
#[derive(Debug, Default)]
pub(crate) struct Published(Mutex<Vec<String>>);

impl Published {
    pub(crate) fn notes(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl CheckpointSink for Published {
    async fn put(&self, _name: &str, note: &str) -> std::io::Result<()> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(note.to_owned());
        Ok(())
    }
}

/// What all nodes of a run have in common.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(crate) log_key: Arc<LogKey>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) published: Arc<Published>,
}

pub(crate) fn master_key() -> MasterKey {
    MasterKey::new([7; 32])
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) clock: Arc<JumpingClock>,
    surroundings: Surroundings,
    alive: Mutex<Option<Alive>>,
}

struct Alive {
    runtime: Runtime,
    bus: CommandBus,
    /// Dropping it would stop the work.
    _daemon: Daemon,
}

impl std::fmt::Debug for Alive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Alive")
    }
}

impl Drop for Node {
    /// A runtime must not be waited for inside another one.
    fn drop(&mut self) {
        self.kill();
    }
}

impl Node {
    pub(crate) fn new(number: usize, surroundings: Surroundings) -> Self {
        Self {
            name: format!("fault-node-{number}"),
            clock: Arc::default(),
            surroundings,
            alive: Mutex::default(),
        }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Alive>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bus, while the node is alive.
    pub(crate) fn bus(&self) -> Option<CommandBus> {
        self.slot().as_ref().map(|alive| alive.bus.clone())
    }

    /// Starts the node as a process would be: nothing is left of an earlier life.
    pub(crate) async fn start(&self, options: &PgConnectOptions) -> Result<(), StoreError> {
        // One thread, so that blocking it freezes the whole node.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime is built");
        let options = options.clone().application_name(&self.name);
        let (clock, surroundings) = (Arc::clone(&self.clock), self.surroundings.clone());
        let started = runtime
            .spawn(async move {
                let pool = pool_options()
                    .max_connections(12)
                    .acquire_timeout(Duration::from_secs(2))
                    .connect_lazy_with(options);
                let store = EventStore::open(pool, &master_key(), clock).await?;
                let bus = CommandBus::new(store, BusOptions::default());
                let daemon = Daemon::builder(bus.clone())
                    .projectors(projectors())
                    .policies(vec![Arc::new(Reactions)])
                    .processes(processes())
                    .sender(Arc::new(Post(Arc::clone(&surroundings.outside))))
                    .notary(NotaryOptions {
                        keys: surroundings.log_key,
                        interval: Duration::ZERO,
                        sinks: vec![surroundings.published],
                    })
                    .lease_duration(LEASE)
                    .start();
                Ok::<_, StoreError>((bus, daemon))
            })
            .await
            .expect("the node's first task ends");
        match started {
            Ok((bus, daemon)) => {
                let alive = Alive {
                    runtime,
                    bus,
                    _daemon: daemon,
                };
                *self.slot() = Some(alive);
                Ok(())
            }
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// Ends the node at whatever it was waiting for, as `kill -9` does: what it has sent to the
    /// database goes on there.
    pub(crate) fn kill(&self) {
        if let Some(alive) = self.slot().take() {
            alive.runtime.shutdown_background();
        }
    }

    /// Nothing of the node moves for a while; then it goes on as if nothing had happened.
    pub(crate) fn freeze(&self, duration: Duration) {
        if let Some(alive) = self.slot().as_ref() {
            drop(alive.runtime.spawn(async move {
                std::thread::sleep(duration);
            }));
        }
    }
}
