use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use chaobiao_embedded_postgres::{EmbeddedPostgres, pool_options};
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use crate::{cluster_directory, cluster_options, template};

const POOL_CONNECTIONS_MAX: u32 = 16;

/// A database of its own for one test, dropped at the end of it.
#[derive(Debug)]
pub struct TestDatabase {
    pool: PgPool,
    name: String,
    cluster: EmbeddedPostgres,
}

impl TestDatabase {
    /// A database with all migrations applied.
    pub async fn create() -> Self {
        Self::make(true).await
    }

    /// A database without any table, for tests of the migrations themselves.
    pub async fn create_empty() -> Self {
        Self::make(false).await
    }

    pub fn pool(&self) -> PgPool {
        self.pool.clone()
    }

    /// A further pool of the test's own size.
    pub fn pool_of(&self, connections_max: u32) -> PgPool {
        pool(self.connect_options(), connections_max)
    }

    pub fn connect_options(&self) -> PgConnectOptions {
        self.cluster.connect_options().database(&self.name)
    }

    /// What a process started by the test is given as `DATABASE_URL`.
    pub fn url(&self) -> String {
        let options = self.connect_options();
        let socket = options
            .get_socket()
            .expect("the cluster listens on a socket only");
        let user = options.get_username();
        format!(
            "postgres://{user}@localhost/{}?host={}",
            self.name,
            socket.display()
        )
    }

    /// How many events there are of these streams, or with this text in what they say.
    pub async fn events_naming(&self, streams: &[&str], text: &str) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM events WHERE aggregate_id = ANY($1) \
             OR strpos(aggregate_id, $2) > 0 OR strpos(payload::text, $2) > 0",
        )
        .bind(streams)
        .bind(text)
        .fetch_one(&self.pool)
        .await
        .expect("the events are counted")
    }

    async fn make(migrated: bool) -> Self {
        let cluster = EmbeddedPostgres::join(&cluster_directory(), &cluster_options())
            .await
            .expect("the test cluster starts");
        let mut superuser = connect(&cluster).await;
        let source = if migrated {
            template::ensure(&mut superuser, &cluster).await
        } else {
            "template0".to_owned()
        };
        let name = next_name();
        let create = format!("CREATE DATABASE {name} OWNER chaobiao TEMPLATE {source}");
        superuser
            .execute(create.as_str())
            .await
            .expect("the template is cloned");
        superuser.close().await.expect("the connection closes");
        let options = cluster.connect_options().database(&name);
        let pool = pool(options, POOL_CONNECTIONS_MAX);
        Self {
            pool,
            name,
            cluster,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let options = self.cluster.superuser_options();
        let command = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A destructor cannot await, and the test's runtime may be of one thread.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| {
                runtime.block_on(async {
                    let mut connection = options.connect().await?;
                    connection.execute(command.as_str()).await?;
                    connection.close().await
                })
            })
        });
        // A database left behind only costs space, and only until the cluster's next start; a
        // panic here would hide that of the test.
        let _ = dropping.join();
    }
}

fn pool(options: PgConnectOptions, connections_max: u32) -> PgPool {
    pool_options()
        .max_connections(connections_max)
        .connect_lazy_with(options)
}

pub(crate) async fn connect(cluster: &EmbeddedPostgres) -> PgConnection {
    cluster
        .superuser_options()
        .connect()
        .await
        .expect("the test cluster accepts connections")
}

/// Unique on the cluster while this process lives; a number reused after a kill may meet a
/// leftover, so the clock takes part.
fn next_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let started = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("the clock is past 1970")
        .as_micros();
    format!("test_{}_{count}_{started}", process::id())
}
