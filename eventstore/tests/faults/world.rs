//! One run's database, nodes and history.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chaobiao_proof::{LogKey, TrustedKey};
use chaobiao_testing::OwnCluster;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use uuid::Uuid;

use crate::command::Command;
use crate::gate::GATES;
use crate::node::{Node, Surroundings};
use crate::reactions::TABLES;

/// How long anything that must come may take to come.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The final word on a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Accepted(Value),
    Refused(String),
}

/// A command with the answer its writer was given, and the moments of asking and hearing.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) id: Uuid,
    pub(crate) command: Command,
    pub(crate) asked: u64,
    pub(crate) heard: u64,
    pub(crate) answer: Answer,
}

/// Everything writers were told, in logical time.
#[derive(Debug, Default)]
pub(crate) struct History {
    ticks: AtomicU64,
    answered: Mutex<Vec<Answered>>,
}

impl History {
    pub(crate) fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn add(&self, answered: Answered) {
        let mut all = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(answered);
    }

    pub(crate) fn all(&self) -> Vec<Answered> {
        self.answered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

pub(crate) struct World {
    pub(crate) cluster: OwnCluster,
    pub(crate) database: String,
    pub(crate) nodes: Arc<Vec<Node>>,
    pub(crate) history: Arc<History>,
    pub(crate) surroundings: Surroundings,
    pub(crate) trusted: TrustedKey,
    /// Writers stop after their present command.
    pub(crate) stopping: Arc<AtomicBool>,
    /// Events other programs have committed to streams of their own.
    pub(crate) foreign: Vec<(String, i64)>,
}

impl World {
    pub(crate) async fn create(cluster: OwnCluster, database: &str, nodes: usize) -> Self {
        cluster.create_database(database).await;
        let (key, public) = LogKey::generate("log.example/faults").expect("a key is made");
        let surroundings = Surroundings {
            log_key: Arc::new(key),
            outside: Arc::default(),
            published: Arc::default(),
        };
        let nodes = (0..nodes).map(|number| Node::new(number, surroundings.clone()));
        let world = Self {
            nodes: Arc::new(nodes.collect()),
            history: Arc::default(),
            trusted: TrustedKey::parse(&public).expect("its public half is read"),
            stopping: Arc::default(),
            foreign: Vec::new(),
            surroundings,
            cluster,
            database: database.to_owned(),
        };
        let mut connection = world.connect().await;
        connection.execute(TABLES).await.expect("tables are made");
        connection.execute(GATES).await.expect("gates are made");
        world.start_all().await;
        world
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.cluster.connect_options(&self.database)
    }

    /// A session of the runner's own, as the owner of the tables.
    pub(crate) async fn connect(&self) -> PgConnection {
        let options = self.options().application_name("fault-runner");
        options.connect().await.expect("the database answers")
    }

    pub(crate) async fn superuser(&self) -> PgConnection {
        let options = self.cluster.superuser_options(&self.database);
        let options = options.application_name("fault-runner");
        options.connect().await.expect("the database answers")
    }

    /// Starts a node; what holds it up (a database that still recovers, a full disk) passes.
    pub(crate) async fn start(&self, node: usize) {
        let began = Instant::now();
        while let Err(error) = self.nodes[node].start(&self.options()).await {
            assert!(began.elapsed() < PATIENCE, "a node cannot start: {error:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn start_all(&self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].bus().is_none() {
                self.start(node).await;
            }
        }
    }

    pub(crate) fn kill_all(&self) {
        for node in self.nodes.iter() {
            node.kill();
        }
    }
}
