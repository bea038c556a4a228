//! `make bench`: what the event store costs over raw PostgreSQL.
//!
//! Both sides do their work in turns, in one run, on one machine and one cluster whose commits
//! reach the disk; only their ratios mean something elsewhere. Nothing here is asserted: a busy
//! machine would fail a test for no fault of ours. `docs/benchmarks.md` says how to read it.

mod figures;
mod machine;
mod measure;
mod program;
mod raw;
mod report;
mod tank;

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_embedded_postgres::EmbeddedError;
use chaobiao_eventstore::{BusOptions, CommandError, Daemon, StoreError};
use clap::Parser;
use figures::Figures;
use machine::Machine;
use serde_json::json;
use tank::TankCard;
use thiserror::Error;

/// Measures the event store against raw PostgreSQL.
#[derive(Parser)]
struct Arguments {
    /// Rounds of every measurement.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each window of concurrent commands.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Clients that send single commands at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32])]
    clients: Vec<usize>,
    /// Commands of a bulk run.
    #[arg(long, default_value_t = 100_000)]
    bulk: u64,
    /// Events of a long history.
    #[arg(long, default_value_t = 1_000_000)]
    history: i64,
    /// Only these: append, visible, load, bulk, replay, start, frames, read, live, import.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Commits under way at the same time.
    #[arg(long, default_value_t = BusOptions::default().lanes)]
    lanes: usize,
    /// Commands that may share a commit.
    #[arg(long, default_value_t = BusOptions::default().batch)]
    batch: usize,
    /// The program for read and import; the one beside this, when not given.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Meters of the demo campus the program runs on.
    #[arg(long, default_value_t = 500)]
    campus_meters: u32,
    /// Who watches by subscriptions while readings come in.
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
    /// Meters that are taken in from a file.
    #[arg(long, default_value_t = 60_000)]
    file_meters: u32,
    /// Their readings that are taken in from a file.
    #[arg(long, default_value_t = 100_000)]
    file_readings: u32,
    /// Where the cluster lives; a real disk, or the commits mean nothing.
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    directory: PathBuf,
    /// Also write the figures here, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("a file or program could not be used")]
    Io(#[from] io::Error),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    #[error("the schema could not be made")]
    Schema(#[from] sqlx::migrate::MigrateError),
    #[error("the cluster did not start or stop")]
    Cluster(#[from] EmbeddedError),
    #[error("the event store failed")]
    Store(#[from] StoreError),
    #[error("a command failed")]
    Command(#[from] CommandError),
    #[error("JSON could not be written or read")]
    Json(#[from] serde_json::Error),
    #[error("a client did not come to its end")]
    Client(#[from] tokio::task::JoinError),
    #[error("pgbench is not installed (Debian: postgresql-contrib, or postgresql from 15 on)")]
    NoPgbench,
    #[error("pgbench failed: {0}")]
    Pgbench(String),
    #[error("a command wrote no event")]
    NothingWritten,
    #[error("an event was not seen in time")]
    NeverVisible,
    #[error("there is no program {0}; build it, or name it by --program")]
    NoProgram(PathBuf),
    #[error("the program did not do as it should: {0}")]
    Program(String),
    #[error("a frame could not be encoded, or was not found again")]
    Frames,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let mut figures = Figures::default();
    if arguments.wants("frames") {
        for _ in 0..arguments.rounds {
            measure::frames::round(&mut figures)?;
        }
    }
    // Frames need no database.
    let mut version = None;
    if STORE.iter().any(|work| arguments.wants(work)) {
        version = Some(with_database(&arguments, &mut figures).await?);
    }
    if PROGRAM.iter().any(|work| arguments.wants(work)) {
        version = Some(program::measure(&arguments, &mut figures).await?);
    }
    let setting = json!({
        "processors": std::thread::available_parallelism()?.get(),
        "postgresql": version,
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "bulk": arguments.bulk,
        "lanes": arguments.lanes,
        "batch": arguments.batch,
        "history": arguments.history,
        "campus_meters": arguments.campus_meters,
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{setting}\n\n{}", report::tables(&figures))?;
    if let Some(path) = &arguments.json {
        let figures = report::machine_readable(&figures, &setting);
        fs::write(path, serde_json::to_string_pretty(&figures)?)?;
    }
    Ok(())
}

/// The measurements that need a database.
const STORE: [&str; 6] = ["append", "visible", "load", "bulk", "replay", "start"];
/// Those of the program as a process of its own.
const PROGRAM: [&str; 3] = ["read", "live", "import"];

impl Arguments {
    fn wants(&self, work: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == work)
    }
}

/// Measures on a cluster of its own; returns the server's version.
async fn with_database(arguments: &Arguments, figures: &mut Figures) -> Result<String, Failure> {
    let options = BusOptions {
        lanes: arguments.lanes,
        batch: arguments.batch,
        ..BusOptions::default()
    };
    let machine = Machine::start(&arguments.directory, options).await?;
    let measured = measure(&machine, arguments, figures).await;
    let version = machine.server_version().await?;
    machine.stop().await?;
    measured?;
    Ok(version)
}

async fn measure(
    machine: &Machine,
    arguments: &Arguments,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let wanted = |name: &str| arguments.wants(name);
    let seconds = arguments.seconds;
    for _ in 0..arguments.rounds {
        if wanted("append") {
            for &clients in &arguments.clients {
                measure::append::round(machine, figures, clients, seconds).await?;
            }
        }
        if wanted("load") {
            measure::load::round(machine, figures).await?;
        }
        if wanted("bulk") {
            measure::bulk::round(machine, figures, arguments.bulk).await?;
        }
        if wanted("visible") || wanted("replay") {
            daemons(machine, figures, seconds, &wanted).await?;
        }
    }
    // Last, since whatever else is measured begins with a short history.
    if wanted("start") {
        measure::start::seed(machine, figures, arguments.history).await?;
        for _ in 0..arguments.rounds {
            measure::start::round(machine, figures).await?;
        }
    }
    Ok(())
}

/// What needs the log sealed: first the rest of it is, then the daemon is measured.
async fn daemons(
    machine: &Machine,
    figures: &mut Figures,
    seconds: u64,
    wanted: &impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    let daemon = Daemon::builder(machine.bus.clone())
        .projectors(vec![Arc::new(TankCard)])
        .start();
    if !daemon.settle(Duration::from_mins(10)).await {
        return Err(Failure::NeverVisible);
    }
    if wanted("visible") {
        let ease = Duration::from_millis(20);
        measure::visible::round(machine, &daemon, figures, 1, seconds, ease).await?;
        measure::visible::round(machine, &daemon, figures, 8, seconds, Duration::ZERO).await?;
    }
    daemon.settle(Duration::from_mins(1)).await;
    daemon.shutdown().await;
    if wanted("replay") {
        measure::replay::round(machine, figures).await?;
    }
    Ok(())
}
