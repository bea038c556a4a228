//! A node's care for standby rows: fills them, keeps them up to date, and lets those of a newer
//! program take the live rows' place.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use sqlx::FromRow;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::EventStore;
use crate::daemon::feed::Feed;
use crate::daemon::job::{self, Job, Node, Step};
use crate::daemon::progress::Progress;
use crate::daemon::runner::ConsumerJob;
use crate::daemon::{DaemonError, Lease, Projector};
use crate::error::chain;
use crate::standby::exchange::{Intent, exchange};
use crate::standby::sides::{self, Wish};
use crate::standby::{StandbyConsumer, checkpoint};

const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) struct Keeper {
    pub(crate) store: EventStore,
    pub(crate) projectors: Vec<Arc<dyn Projector>>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) node: Node,
}

#[derive(Debug, FromRow)]
struct Stored {
    name: String,
    version: i32,
    state: String,
}

/// What is said about a read model once, not at every look.
type Said = HashMap<&'static str, String>;

impl Keeper {
    /// Runs until the node stops.
    pub(crate) async fn run(mut self) {
        let permits = Arc::new(Semaphore::new(steps_at_once(&self.store)));
        let mut tasks = JoinSet::new();
        let mut running: HashMap<&'static str, watch::Sender<bool>> = HashMap::new();
        let mut said = Said::new();
        let mut stopping = self.node.stopping.clone();
        while !*self.node.stopping.borrow() {
            tokio::select! {
                () = self.round(&mut tasks, &mut running, &permits, &mut said) => {}
                // An exchange cut off has not happened.
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
            self.node.pause(LOOK_EVERY).await;
        }
        for stop in running.values() {
            stop.send_replace(true);
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Looks at every read model once.
    async fn round(
        &self,
        tasks: &mut JoinSet<()>,
        running: &mut HashMap<&'static str, watch::Sender<bool>>,
        permits: &Arc<Semaphore>,
        said: &mut Said,
    ) {
        let stored = match self.look().await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!(error = %chain(&error), "standby rows are unknown");
                return;
            }
        };
        for projector in &self.projectors {
            let name = projector.name();
            if !self.tend(projector, &stored, said).await {
                if let Some(stop) = running.remove(name) {
                    stop.send_replace(true);
                }
            } else if !running.contains_key(name) {
                let stop = watch::Sender::new(false);
                tasks.spawn(self.filling(projector, &stop, permits));
                running.insert(name, stop);
            }
        }
        // Those that have ended are forgotten.
        while tasks.try_join_next().is_some() {}
    }

    async fn look(&self) -> Result<HashMap<String, Stored>, sqlx::Error> {
        let names: Vec<String> = self
            .projectors
            .iter()
            .flat_map(|projector| [projector.name().to_owned(), checkpoint(projector.name())])
            .collect();
        let stored: Vec<Stored> =
            sqlx::query_as("SELECT name, version, state FROM projection WHERE name = ANY($1)")
                .bind(names)
                .fetch_all(self.store.pool())
                .await?;
        Ok(stored
            .into_iter()
            .map(|stored| (stored.name.clone(), stored))
            .collect())
    }

    /// Whether there are standby rows this program can fill.
    async fn tend(
        &self,
        projector: &Arc<dyn Projector>,
        stored: &HashMap<String, Stored>,
        said: &mut Said,
    ) -> bool {
        let Some(live) = stored.get(projector.name()) else {
            return false;
        };
        let standby = stored
            .get(&checkpoint(projector.name()))
            .filter(|standby| standby.version == projector.version());
        if live.version >= projector.version() {
            if live.version > projector.version() {
                say(
                    said,
                    projector.name(),
                    "its rows are those of a newer program".into(),
                );
            } else {
                said.remove(projector.name());
            }
            return standby.is_some();
        }
        let ready = standby.is_some_and(|standby| standby.state == "running");
        match self.upgrade(projector, ready).await {
            Ok(None) => {}
            Ok(Some(message)) => say(said, projector.name(), message.to_owned()),
            Err(error) => say(said, projector.name(), chain(&error)),
        }
        standby.is_some()
    }

    /// Does the next thing on the way to live rows of this program's version.
    async fn upgrade(
        &self,
        projector: &Arc<dyn Projector>,
        ready: bool,
    ) -> Result<Option<&'static str>, DaemonError> {
        if sides::begin(&self.store, &**projector, Wish::Newer).await? {
            return Ok(Some(
                "rows of this version are being built beside the live ones",
            ));
        }
        if !ready {
            return Ok(None);
        }
        exchange(&self.store, Arc::clone(projector), Intent::Upgrade, false).await?;
        Ok(Some("rows of this version are live now"))
    }

    /// The job that fills standby rows until `stop` is set.
    fn filling(
        &self,
        projector: &Arc<dyn Projector>,
        stop: &watch::Sender<bool>,
        permits: &Arc<Semaphore>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let consumer = Arc::new(StandbyConsumer::new(Arc::clone(projector)));
        let pool = self.store.pool().clone();
        let (feed, progress) = (Arc::clone(&self.feed), Arc::clone(&self.progress));
        let filling = Filling {
            job: ConsumerJob::new(consumer, pool, feed, progress),
            store: self.store.clone(),
            permits: Arc::clone(permits),
        };
        let node = Node {
            stopping: stop.subscribe(),
            ..self.node.clone()
        };
        job::run(filling, node)
    }
}

fn say(said: &mut Said, name: &'static str, message: String) {
    if said.get(name) != Some(&message) {
        tracing::warn!(projection = name, "{message}");
        said.insert(name, message);
    }
}

/// Three quarters of the connections are left to readers and to the live rows.
fn steps_at_once(store: &EventStore) -> usize {
    let connections = store.pool().options().get_max_connections();
    usize::try_from(connections / 4).unwrap_or(1).max(1)
}

/// A [`ConsumerJob`] that shares a number of connections with its like.
struct Filling {
    job: ConsumerJob,
    store: EventStore,
    permits: Arc<Semaphore>,
}

#[async_trait]
impl Job for Filling {
    fn lease_name(&self) -> &str {
        self.job.lease_name()
    }

    async fn take_over(&mut self, lease: &Lease) -> Result<(), DaemonError> {
        self.job.take_over(lease).await
    }

    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let turn = self.permits.acquire().boxed();
        let _permit = lease.keep_during(self.store.pool(), turn).await?;
        self.job.step(lease).await
    }

    async fn wait(&mut self) {
        self.job.wait().await;
    }

    fn let_go(&mut self) {
        self.job.let_go();
    }
}
