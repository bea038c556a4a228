use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::EmbeddedError;
use crate::account::Account;
use crate::binaries::Binaries;
use crate::directory::{Layout, remove_tree};
use crate::lock::LockFile;
use crate::options::Options;
use crate::postmaster::Postmaster;
use crate::tools::{SUPERUSER, Tools};

/// Role and database of the product. The role is not a superuser, so that the grants of the
/// event log mean something in the embedded default too.
const OWNER: &str = "chaobiao";
const PATIENCE_SECONDS: u64 = 60;
const STARTS_MAX: u32 = 20;

/// A running private cluster, used by this process while the value lives. Dropping it leaves
/// the cluster running for its other users or for the next start; `stop` ends it.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    layout: Layout,
    tools: Tools,
    socket_directory: PathBuf,
    users: LockFile,
    _server: Option<LockFile>,
}

impl EmbeddedPostgres {
    /// Starts the cluster for the one server of this data directory; a second server is
    /// refused. A cluster that outlived a killed server is adopted.
    pub async fn start(data_dir: &Path, options: &Options) -> Result<Self, EmbeddedError> {
        let account = Account::choose()?;
        let layout = Layout::prepare(data_dir, &account)?;
        let server = hold_server_lock(&layout)?;
        Self::join_as(layout, account, options, Some(server)).await
    }

    /// Uses the cluster beside a server that may be running, starting it when nobody has.
    pub async fn join(data_dir: &Path, options: &Options) -> Result<Self, EmbeddedError> {
        let account = Account::choose()?;
        let layout = Layout::prepare(data_dir, &account)?;
        Self::join_as(layout, account, options, None).await
    }

    /// Stops the cluster unless another process still uses it.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let starting = LockFile::open(self.layout.data_dir.join("cluster.start.lock"))?;
        starting.exclusive().await?;
        if !self.users.try_exclusive()? {
            return Ok(());
        }
        self.tools.stop(&self.layout).await
    }

    /// Stops a running cluster nobody uses; for callers that never started it.
    pub async fn stop_unused(data_dir: &Path, options: &Options) -> Result<(), EmbeddedError> {
        let account = Account::choose()?;
        let layout = Layout::prepare(data_dir, &account)?;
        if Postmaster::observe(&layout.cluster) == Postmaster::Absent {
            return Ok(());
        }
        Self::join_as(layout, account, options, None)
            .await?
            .stop()
            .await
    }

    /// Where the product's database is.
    pub fn connect_options(&self) -> PgConnectOptions {
        options_for(&self.socket_directory, OWNER, OWNER)
    }

    /// The maintenance database as superuser, for tests that make and drop databases.
    pub fn superuser_options(&self) -> PgConnectOptions {
        options_for(&self.socket_directory, SUPERUSER, SUPERUSER)
    }

    async fn join_as(
        layout: Layout,
        account: Account,
        options: &Options,
        server: Option<LockFile>,
    ) -> Result<Self, EmbeddedError> {
        let binaries = Binaries::find(options.binaries.as_deref(), layout.cluster_version())?;
        let tools = Tools { binaries, account };
        let starting = LockFile::open(layout.data_dir.join("cluster.start.lock"))?;
        starting.exclusive().await?;
        let users = LockFile::open(layout.data_dir.join("cluster.lock"))?;
        let alone = users.try_exclusive()?;
        let (socket_directory, mut superuser) = reach(&layout, &tools, options).await?;
        if alone {
            end_orphaned_sessions(&mut superuser).await?;
        }
        ensure_database(&mut superuser).await?;
        superuser.close().await?;
        users.share()?;
        Ok(Self {
            layout,
            tools,
            socket_directory,
            users,
            _server: server,
        })
    }
}

fn hold_server_lock(layout: &Layout) -> Result<LockFile, EmbeddedError> {
    let mut server = LockFile::open(layout.data_dir.join("server.lock"))?;
    if !server.try_exclusive()? {
        let pid = server.signature();
        return Err(EmbeddedError::AlreadyRunning {
            data_dir: layout.data_dir.clone(),
            pid,
        });
    }
    server.sign()?;
    Ok(server)
}

fn options_for(socket_directory: &Path, user: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_directory)
        .port(5432)
        .username(user)
        .database(database)
        .application_name("chaobiao")
}

/// The socket directory of the cluster, and a session that shows it to be running: a process that has
/// just been killed may still be seen beside a file that calls it ready.
async fn reach(
    layout: &Layout,
    tools: &Tools,
    options: &Options,
) -> Result<(PathBuf, PgConnection), EmbeddedError> {
    let deadline = Instant::now() + Duration::from_secs(PATIENCE_SECONDS);
    loop {
        let socket_directory = ensure_running(layout, tools, options).await?;
        let connecting = options_for(&socket_directory, SUPERUSER, SUPERUSER);
        match connecting.connect().await {
            Ok(superuser) => return Ok((socket_directory, superuser)),
            Err(sqlx::Error::Io(_)) if Instant::now() < deadline => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The socket directory of the cluster, running as far as its files tell.
async fn ensure_running(
    layout: &Layout,
    tools: &Tools,
    options: &Options,
) -> Result<PathBuf, EmbeddedError> {
    let deadline = Instant::now() + Duration::from_secs(PATIENCE_SECONDS);
    let mut starts = 0;
    while Instant::now() < deadline {
        match Postmaster::observe(&layout.cluster) {
            Postmaster::Ready { socket_directory } => return Ok(socket_directory),
            Postmaster::Changing => sleep(Duration::from_millis(20)).await,
            Postmaster::Absent => {
                starts += 1;
                launch(layout, tools, options, starts).await?;
            }
        }
    }
    let what = format!("PostgreSQL in {}", layout.cluster.display());
    Err(EmbeddedError::TimedOut {
        what,
        seconds: PATIENCE_SECONDS,
    })
}

async fn launch(
    layout: &Layout,
    tools: &Tools,
    options: &Options,
    attempt: u32,
) -> Result<(), EmbeddedError> {
    if layout.cluster_version().is_none() || options.discard_stopped {
        info!(directory = %layout.cluster.display(), "creating the embedded PostgreSQL cluster");
        remove_tree(&layout.cluster)?;
        tools.create_cluster(layout, options).await?;
    }
    match tools.start(layout, options).await {
        Ok(()) => {
            info!(directory = %layout.cluster.display(), "started the embedded PostgreSQL cluster");
            Ok(())
        }
        // Sessions of a main process that was killed hold its shared memory until they notice.
        Err(error) if attempt < STARTS_MAX && error.to_string().contains("shared memory block") => {
            warn!("sessions of a killed PostgreSQL are still ending; trying again");
            sleep(Duration::from_millis(250)).await;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Sessions whose process was killed may still be in the middle of a statement; nothing of the
/// past may commit after the next server has read the state.
async fn end_orphaned_sessions(superuser: &mut PgConnection) -> Result<(), EmbeddedError> {
    let ended = sqlx::query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1",
    )
    .bind(OWNER)
    .fetch_all(superuser)
    .await?;
    if !ended.is_empty() {
        warn!(
            sessions = ended.len(),
            "ended sessions of a process that is gone"
        );
    }
    Ok(())
}

async fn ensure_database(superuser: &mut PgConnection) -> Result<(), EmbeddedError> {
    let (role, database): (bool, bool) = sqlx::query_as(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1), \
                EXISTS (SELECT FROM pg_database WHERE datname = $1)",
    )
    .bind(OWNER)
    .fetch_one(&mut *superuser)
    .await?;
    if !role {
        superuser.execute("CREATE ROLE chaobiao LOGIN").await?;
    }
    if !database {
        superuser
            .execute("CREATE DATABASE chaobiao OWNER chaobiao")
            .await?;
    }
    Ok(())
}
