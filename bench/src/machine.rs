//! The database under test: a cluster of its own with durable commits, thrown away at the end.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chaobiao_embedded_postgres::{Durability, EmbeddedPostgres, Options, pool_options};
use chaobiao_eventstore::{BusOptions, CommandBus, EventStore, MasterKey, SystemClock};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgPool};

use crate::Failure;
use crate::tank::TABLE;

/// As the server's default.
const CONNECTIONS: u32 = 32;

/// Tables for the bare database: `raw_events` is our table with all its indexes, `raw_plain` the
/// least anybody needs, a row per event under its key.
const RAW: [&str; 4] = [
    "CREATE TABLE raw_events (LIKE events INCLUDING ALL)",
    "CREATE TABLE raw_plain (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence > 0), event_type text NOT NULL,
        event_version text NOT NULL, payload jsonb NOT NULL, metadata jsonb NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence))",
    "CREATE SEQUENCE raw_number CACHE 1000",
    TABLE,
];

pub(crate) struct Machine {
    cluster: EmbeddedPostgres,
    directory: PathBuf,
    pub(crate) store: EventStore,
    pub(crate) bus: CommandBus,
}

impl Machine {
    pub(crate) async fn start(parent: &Path, options: BusOptions) -> Result<Self, Failure> {
        let directory = parent.join(format!("chaobiao-bench-{}", std::process::id()));
        DirBuilder::new().mode(0o711).create(&directory)?;
        let durable = Options {
            durability: Durability::Full,
            ..Options::default()
        };
        let cluster = EmbeddedPostgres::start(&directory.join("data"), &durable).await?;
        let pool = pool_options()
            .max_connections(CONNECTIONS)
            .connect_with(cluster.connect_options())
            .await?;
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        Migrator::new(migrations).await?.run(&pool).await?;
        for statement in RAW {
            sqlx::query(statement).execute(&pool).await?;
        }
        let key = MasterKey::new([7; 32]);
        let store = EventStore::open(pool, &key, Arc::new(SystemClock)).await?;
        let bus = CommandBus::new(store.clone(), options);
        Ok(Self {
            cluster,
            directory,
            store,
            bus,
        })
    }

    pub(crate) fn pool(&self) -> &PgPool {
        self.store.pool()
    }

    pub(crate) fn connect_options(&self) -> PgConnectOptions {
        self.cluster.connect_options()
    }

    /// Where `psql` and `pgbench` find the database.
    pub(crate) fn socket(&self) -> PathBuf {
        let options = self.connect_options();
        options.get_socket().cloned().unwrap_or_default()
    }

    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// What every measurement begins with: nothing left to write, statistics up to date.
    pub(crate) async fn settle(&self) -> Result<(), Failure> {
        sqlx::query("TRUNCATE raw_events, raw_plain")
            .execute(self.pool())
            .await?;
        let mut superuser =
            sqlx::postgres::PgConnection::connect_with(&self.cluster.superuser_options()).await?;
        sqlx::query("CHECKPOINT").execute(&mut superuser).await?;
        superuser.close().await?;
        Ok(())
    }

    pub(crate) async fn server_version(&self) -> Result<String, Failure> {
        let version: String = sqlx::query_scalar("SHOW server_version")
            .fetch_one(self.pool())
            .await?;
        Ok(version)
    }

    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.store.pool().close().await;
        self.cluster.stop().await?;
        fs::remove_dir_all(&self.directory)?;
        Ok(())
    }
}
