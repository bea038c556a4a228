//! A private cluster on a real data directory: one server at a time, nothing lost by kill -9.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use chaobiao_embedded_postgres::{Durability, EmbeddedError, EmbeddedPostgres, Options};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

/// A data directory below `/tmp`, which the database account can pass, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(format!(
            "/tmp/chaobiao-embedded-{name}-{}",
            std::process::id()
        ));
        fs::DirBuilder::new().mode(0o711).create(&path).unwrap();
        Self(path)
    }

    fn data_dir(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Only a failed test leaves its cluster running.
        if let Some(pid) = postmaster_pid(&self.data_dir()) {
            signal("-QUIT", pid);
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn postmaster_pid(data_dir: &Path) -> Option<u32> {
    let text = fs::read_to_string(data_dir.join("postgres/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

fn signal(name: &str, pid: u32) {
    Command::new("kill")
        .args([name, &pid.to_string()])
        .status()
        .unwrap();
}

fn quick() -> Options {
    Options {
        durability: Durability::Off,
        shared_buffers_mib: 16,
        ..Options::default()
    }
}

async fn remember(cluster: &EmbeddedPostgres, value: i64) {
    let mut connection = cluster.connect_options().connect().await.unwrap();
    connection
        .execute("CREATE TABLE IF NOT EXISTS kept (value bigint)")
        .await
        .unwrap();
    sqlx::query("INSERT INTO kept VALUES ($1)")
        .bind(value)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn remembered(cluster: &EmbeddedPostgres) -> Vec<i64> {
    let mut connection = cluster.connect_options().connect().await.unwrap();
    sqlx::query_scalar("SELECT value FROM kept ORDER BY value")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_second_server_on_one_data_directory_is_refused() {
    let scratch = Scratch::new("second");
    let first = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    let refused = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap_err();
    let own = std::process::id().to_string();
    assert!(matches!(&refused, EmbeddedError::AlreadyRunning { pid, .. } if *pid == own));
    assert!(refused.to_string().contains("正被另一个抄表服务使用"));
    remember(&first, 1).await;
    first.stop().await.unwrap();
    assert_eq!(postmaster_pid(&scratch.data_dir()), None);
    let next = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    assert_eq!(remembered(&next).await, [1]);
    next.stop().await.unwrap();
}

#[tokio::test]
async fn a_command_beside_the_server_shares_its_cluster_and_leaves_it_running() {
    let scratch = Scratch::new("beside");
    let server = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    remember(&server, 7).await;
    let command = EmbeddedPostgres::join(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    assert_eq!(remembered(&command).await, [7]);
    command.stop().await.unwrap();
    remember(&server, 8).await;
    assert_eq!(remembered(&server).await, [7, 8]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_left_by_a_dead_server_is_adopted_and_its_sessions_ended() {
    let scratch = Scratch::new("adopted");
    let dead = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    remember(&dead, 1).await;
    let mut orphan = dead.connect_options().connect().await.unwrap();
    orphan
        .execute("BEGIN; INSERT INTO kept VALUES (666)")
        .await
        .unwrap();
    let postmaster = postmaster_pid(&scratch.data_dir());
    drop(dead);
    let next = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    assert_eq!(postmaster_pid(&scratch.data_dir()), postmaster);
    assert!(orphan.execute("COMMIT").await.is_err());
    assert_eq!(remembered(&next).await, [1]);
    next.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_postgresql_is_started_again_with_everything_committed() {
    let scratch = Scratch::new("killed");
    let durable = Options {
        durability: Durability::Full,
        ..quick()
    };
    let first = EmbeddedPostgres::start(&scratch.data_dir(), &durable)
        .await
        .unwrap();
    remember(&first, 1).await;
    let session = first.connect_options().connect().await.unwrap();
    signal("-KILL", postmaster_pid(&scratch.data_dir()).unwrap());
    drop(first);
    let second = EmbeddedPostgres::start(&scratch.data_dir(), &durable)
        .await
        .unwrap();
    assert_eq!(remembered(&second).await, [1]);
    drop(session);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_initdb_is_done_over() {
    let scratch = Scratch::new("initdb");
    let unfinished = scratch.data_dir().join("postgres.unfinished");
    fs::create_dir_all(&unfinished).unwrap();
    fs::set_permissions(scratch.data_dir(), fs::Permissions::from_mode(0o711)).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    let cluster = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    remember(&cluster, 1).await;
    assert!(!unfinished.exists());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_product_does_not_own_the_cluster() {
    let scratch = Scratch::new("role");
    let cluster = EmbeddedPostgres::start(&scratch.data_dir(), &quick())
        .await
        .unwrap();
    let mut connection = cluster.connect_options().connect().await.unwrap();
    let superuser: bool =
        sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert!(!superuser);
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(encoding, "UTF8");
    connection.close().await.unwrap();
    cluster.stop().await.unwrap();
}

/// Only root changes account, so only root can meet a directory it passes and `postgres` not.
#[tokio::test]
async fn a_directory_the_database_account_cannot_pass_is_named() {
    let scratch = Scratch::new("closed");
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o700)).unwrap();
    let started = EmbeddedPostgres::start(&scratch.data_dir(), &quick()).await;
    match started {
        Err(EmbeddedError::NotPassable { directory, account }) => {
            assert_eq!(
                (directory, account.as_str()),
                (scratch.0.clone(), "postgres")
            );
        }
        Ok(cluster) => {
            let own = fs::metadata("/proc/self").unwrap();
            assert_ne!(
                std::os::unix::fs::MetadataExt::uid(&own),
                0,
                "root had to be refused"
            );
            cluster.stop().await.unwrap();
        }
        Err(error) => panic!("{error}"),
    }
}
