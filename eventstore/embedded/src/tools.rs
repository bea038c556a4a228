//! Runs `initdb` and `pg_ctl`, as the account chosen and with nothing of our environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::EmbeddedError;
use crate::account::Account;
use crate::binaries::Binaries;
use crate::directory::{Layout, remove_file, remove_tree, write_owned};
use crate::options::{Durability, Options};

pub(crate) const SUPERUSER: &str = "postgres";
const PATIENCE_SECONDS: &str = "60";
const STARTUP_LOG: &str = "startup.log";
const LOG_TAIL_LINES: usize = 8;

/// The programs of one installation, run as one account.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    pub(crate) binaries: Binaries,
    pub(crate) account: Account,
}

impl Tools {
    /// Makes the cluster in a scratch directory first, so that a kill in the middle leaves
    /// nothing that looks finished.
    pub(crate) async fn create_cluster(
        &self,
        layout: &Layout,
        options: &Options,
    ) -> Result<(), EmbeddedError> {
        layout.clear_unfinished(&self.account)?;
        let mut command = self.command("initdb");
        command.arg("--pgdata").arg(&layout.unfinished).args([
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            "--auth-local=trust",
            "--auth-host=reject",
            "--username",
            SUPERUSER,
        ]);
        if options.durability == Durability::Off {
            command.arg("--no-sync");
        }
        run("initdb", command).await?;
        let main = layout.unfinished.join("postgresql.conf");
        let mut text = fs::read_to_string(&main).map_err(EmbeddedError::io(&main))?;
        text.push_str("\ninclude 'chaobiao.conf'\ninclude 'local.conf'\n");
        write_owned(&layout.unfinished.join("local.conf"), "", &self.account)?;
        write_owned(&main, &text, &self.account)?;
        layout.finish()
    }

    /// Starts the cluster and waits until it accepts connections.
    pub(crate) async fn start(
        &self,
        layout: &Layout,
        options: &Options,
    ) -> Result<(), EmbeddedError> {
        layout.prepare_socket_directory(&self.account)?;
        let settings = options.settings(&layout.socket_directory);
        write_owned(
            &layout.cluster.join("chaobiao.conf"),
            &settings,
            &self.account,
        )?;
        // The caller has seen that no such process lives; the number may belong to a stranger
        // by now, which PostgreSQL would take for its own.
        remove_file(&layout.cluster.join("postmaster.pid"))?;
        layout.clear_socket_directory()?;
        let log = layout.cluster.join(STARTUP_LOG);
        remove_file(&log)?;
        let mut command = self.command("pg_ctl");
        command.args(["start", "--wait", "--silent", "--timeout", PATIENCE_SECONDS]);
        command
            .arg("--pgdata")
            .arg(&layout.cluster)
            .arg("--log")
            .arg(&log);
        run("pg_ctl start", command)
            .await
            .map_err(|error| with_log(error, &layout.cluster))
    }

    pub(crate) async fn stop(&self, layout: &Layout) -> Result<(), EmbeddedError> {
        let mut command = self.command("pg_ctl");
        command.args([
            "stop",
            "--wait",
            "--silent",
            "--mode=fast",
            "--timeout",
            PATIENCE_SECONDS,
        ]);
        command.arg("--pgdata").arg(&layout.cluster);
        run("pg_ctl stop", command).await?;
        remove_tree(&layout.socket_directory)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if self.account.dropped {
            // The standard library drops root's extra groups as well when the user changes.
            command.gid(self.account.gid).uid(self.account.uid);
        }
        command
    }
}

async fn run(what: &str, mut command: Command) -> Result<(), EmbeddedError> {
    let program = command.as_std().get_program().to_owned();
    let output = command.output().await.map_err(EmbeddedError::io(program))?;
    if output.status.success() {
        return Ok(());
    }
    let detail = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(EmbeddedError::CommandFailed {
        program: what.to_owned(),
        detail,
    })
}

/// `pg_ctl` only says "could not start server"; the reason is in the log it was given, or in
/// the rotated one when the collector had taken over by then.
fn with_log(error: EmbeddedError, cluster: &Path) -> EmbeddedError {
    let EmbeddedError::CommandFailed { program, detail } = error else {
        return error;
    };
    let rotated = newest_file(&cluster.join("log"))
        .map(|path| tail(&path))
        .unwrap_or_default();
    let detail = format!("{detail}\n{}\n{rotated}", tail(&cluster.join(STARTUP_LOG)));
    EmbeddedError::CommandFailed { program, detail }
}

fn tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
}

fn newest_file(directory: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let newest =
        entries.max_by_key(|entry| entry.metadata().and_then(|found| found.modified()).ok());
    newest.map(|entry| entry.path())
}
