//! Opening the database the configuration names, or the embedded one.

mod migrations;

use std::str::FromStr as _;
use std::time::Duration;

use chaobiao_embedded_postgres::{EmbeddedError, EmbeddedPostgres, Options, pool_options};
use sqlx::postgres::{PgConnectOptions, PgPool};
use tracing::warn;

use crate::config::Config;

pub use migrations::{MIGRATOR, SchemaError, SchemaState};

/// Connections beyond the pool's: `psql`, the cluster's own, commands beside the server.
const CONNECTIONS_SPARE: u16 = 30;

/// An open database, and the cluster it runs on when that is ours.
#[derive(Debug)]
pub struct Database {
    pool: PgPool,
    embedded: Option<EmbeddedPostgres>,
}

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error("DATABASE_URL 有误 / the database URL is malformed")]
    Url(#[source] sqlx::Error),
    #[error("无法连接数据库 / cannot connect to the database")]
    Connect(#[source] sqlx::Error),
}

impl Database {
    /// For the one server of a data directory.
    pub async fn open_for_server(config: &Config) -> Result<Self, OpenError> {
        Self::open(config, true).await
    }

    /// For a command, beside a server or alone.
    pub async fn open_for_command(config: &Config) -> Result<Self, OpenError> {
        Self::open(config, false).await
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Closes all connections and stops the embedded cluster if nobody else uses it.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(embedded) = self.embedded
            && let Err(error) = embedded.stop().await
        {
            // The work is done and committed; the next start adopts a cluster left running.
            warn!(%error, "the embedded PostgreSQL could not be stopped");
        }
    }

    async fn open(config: &Config, server: bool) -> Result<Self, OpenError> {
        if let Some(url) = &config.database.url {
            let options = PgConnectOptions::from_str(url.expose()).map_err(OpenError::Url)?;
            let pool = connect(config, options.application_name("chaobiao")).await?;
            return Ok(Self {
                pool,
                embedded: None,
            });
        }
        let connections_max = u16::try_from(config.database.connections_max).unwrap_or(u16::MAX);
        let options = Options {
            connections_max: connections_max
                .saturating_mul(2)
                .saturating_add(CONNECTIONS_SPARE),
            ..Options::default()
        };
        let embedded = if server {
            EmbeddedPostgres::start(&config.data_dir, &options).await?
        } else {
            EmbeddedPostgres::join(&config.data_dir, &options).await?
        };
        let pool = connect(config, embedded.connect_options()).await?;
        Ok(Self {
            pool,
            embedded: Some(embedded),
        })
    }
}

async fn connect(config: &Config, options: PgConnectOptions) -> Result<PgPool, OpenError> {
    pool_options()
        .max_connections(config.database.connections_max)
        .acquire_timeout(Duration::from_secs(config.database.acquire_seconds_max))
        .connect_with(options)
        .await
        .map_err(OpenError::Connect)
}
