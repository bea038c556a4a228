use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chaobiao_embedded_postgres::{Durability, EmbeddedPostgres, Options};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _};

use crate::database::connect;
use crate::{ScratchDirectory, template};

const PATIENCE: Duration = Duration::from_secs(20);

/// How PostgreSQL ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// The main process is gone at once; its sessions notice when they like.
    Kill,
    /// All processes are told to drop everything (`pg_ctl stop -m immediate`).
    Immediate,
}

impl Death {
    fn signal(self) -> &'static str {
        match self {
            Self::Kill => "-KILL",
            Self::Immediate => "-QUIT",
        }
    }
}

/// A durable PostgreSQL cluster of its own, for tests that kill it, copy it or restore it.
#[derive(Debug)]
pub struct OwnCluster {
    scratch: ScratchDirectory,
    home: PathBuf,
    homes: u32,
    cluster: EmbeddedPostgres,
}

impl OwnCluster {
    pub async fn start() -> Self {
        let scratch = ScratchDirectory::create();
        let home = scratch.path().join("home-0");
        let cluster = join(&home).await;
        Self {
            scratch,
            home,
            homes: 0,
            cluster,
        }
    }

    /// A place for the test's own files that goes with the cluster.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Makes a migrated database.
    pub async fn create_database(&self, name: &str) {
        let mut superuser = connect(&self.cluster).await;
        let source = template::ensure(&mut superuser, &self.cluster).await;
        let create = format!("CREATE DATABASE {name} OWNER chaobiao TEMPLATE {source}");
        superuser
            .execute(create.as_str())
            .await
            .expect("the template is cloned");
        superuser.close().await.expect("the connection closes");
    }

    pub async fn drop_database(&self, name: &str) {
        let mut superuser = connect(&self.cluster).await;
        let command = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        superuser
            .execute(command.as_str())
            .await
            .expect("the database is dropped");
        superuser.close().await.expect("the connection closes");
    }

    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        self.cluster.connect_options().database(database)
    }

    pub fn superuser_options(&self, database: &str) -> PgConnectOptions {
        self.cluster.superuser_options().database(database)
    }

    /// Ends the main process and waits until nothing of it is left to write.
    pub fn die(&self, death: Death) {
        let pid = self.postmaster().expect("the cluster runs");
        signal(death.signal(), pid);
        let deadline = Instant::now() + PATIENCE;
        while runs(pid) {
            assert!(Instant::now() < deadline, "PostgreSQL does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts the cluster again after its death; it recovers from its log.
    pub async fn recover(&mut self) {
        self.cluster = join(&self.home).await;
    }

    /// Goes on with a copy of the dead cluster's files in another place.
    pub async fn fail_over(&mut self) {
        let next = self.next_home();
        fs::create_dir(&next).expect("a home is made");
        copy_mode(&self.home, &next);
        // As PostgreSQL's own account sees it: owners, modes and times stay.
        run(Command::new("cp")
            .arg("--archive")
            .arg(self.home.join("postgres"))
            .arg(next.join("postgres")));
        self.move_to(next).await;
    }

    /// Dumps a database, and goes on with a cluster that was made anew and only knows the dump.
    pub async fn restore(&mut self, database: &str) {
        let programs = self.programs();
        let file = self.scratch.path().join("restored.dump");
        let connection = |options: &PgConnectOptions| {
            let socket = options.get_socket().expect("a socket").clone();
            let mut words = vec![format!("--host={}", socket.display())];
            words.push("--username=postgres".to_owned());
            words
        };
        run(Command::new(programs.join("pg_dump"))
            .args(connection(&self.cluster.superuser_options()))
            .args(["--format=custom", "--file"])
            .arg(&file)
            .arg(database));
        self.die(Death::Immediate);
        let next = self.next_home();
        self.move_to(next).await;
        let mut superuser = connect(&self.cluster).await;
        let create = format!("CREATE DATABASE {database} OWNER chaobiao TEMPLATE template0");
        superuser
            .execute(create.as_str())
            .await
            .expect("an empty database is made");
        superuser.close().await.expect("the connection closes");
        run(Command::new(programs.join("pg_restore"))
            .args(connection(&self.cluster.superuser_options()))
            .args(["--exit-on-error", "--dbname", database])
            .arg(&file));
    }

    /// Leaves the dead cluster for one in another home.
    async fn move_to(&mut self, next: PathBuf) {
        self.remove_home();
        self.home = next;
        self.cluster = join(&self.home).await;
    }

    /// Removes a dead cluster, with its socket's directory that lies elsewhere.
    fn remove_home(&self) {
        if let Some(sockets) = self.cluster.superuser_options().get_socket() {
            let _ = fs::remove_dir_all(sockets);
        }
        let _ = fs::remove_dir_all(&self.home);
    }

    fn next_home(&mut self) -> PathBuf {
        self.homes += 1;
        self.scratch.path().join(format!("home-{}", self.homes))
    }

    fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.home.join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Where the running server's program lies, and so its tools.
    fn programs(&self) -> PathBuf {
        let pid = self.postmaster().expect("the cluster runs");
        let program = fs::read_link(format!("/proc/{pid}/exe")).expect("/proc tells the program");
        program.parent().expect("a folder").to_owned()
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster().filter(|pid| runs(*pid)) {
            signal(Death::Immediate.signal(), pid);
            let deadline = Instant::now() + PATIENCE;
            while runs(pid) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        self.remove_home();
    }
}

async fn join(home: &Path) -> EmbeddedPostgres {
    let options = Options {
        durability: Durability::Full,
        shared_buffers_mib: 32,
        ..Options::default()
    };
    EmbeddedPostgres::join(home, &options)
        .await
        .expect("the cluster starts")
}

fn copy_mode(from: &Path, to: &Path) {
    let mode = fs::metadata(from).expect("the home is there").permissions();
    fs::set_permissions(to, mode).expect("the mode is set");
}

fn signal(name: &str, pid: u32) {
    run(Command::new("kill").args([name, &pid.to_string()]));
}

/// A zombie waits for its parent only.
fn runs(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").starts_with(" Z"))
}

fn run(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("the program is installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}
