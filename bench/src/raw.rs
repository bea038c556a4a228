//! The bare database at the same work: `pgbench` and COPY, with nothing of ours in between.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::PgPool;

use crate::Failure;
use crate::machine::Machine;
use crate::tank::NOTE;

/// What a table takes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// All columns and indexes of `events`.
    Full,
    /// The key, the type, payload and metadata.
    Plain,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Full => "raw_events",
            Self::Plain => "raw_plain",
        }
    }

    fn columns(self) -> &'static str {
        match self {
            Self::Full => {
                "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, \
                 metadata, epoch, event_id, command_id, recorded_at, salt"
            }
            Self::Plain => {
                "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, \
                 metadata"
            }
        }
    }
}

fn payload() -> String {
    format!(r#"{{"type": "filled", "litres": 5, "note": "{NOTE}"}}"#)
}

/// Without a colon inside a text: pgbench would take what follows for a variable.
const METADATA: &str = concat!(
    r#"{"actor": "system/bench", "process": "tank.fill", "#,
    r#""command_id": "00000000-0000-0000-0000-000000000001"}"#
);

/// One INSERT of one event of a new stream; ids are in order, as ours are.
fn insert(table: Table) -> String {
    let more = match table {
        Table::Full => {
            ", 1, lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, now(), \
             '\\x000102030405060708090a0b0c0d0e0f'::bytea"
        }
        Table::Plain => "",
    };
    format!(
        "INSERT INTO {} ({}) \
         SELECT 'tank', 'raw-' || n, 1, 'tank.filled', '1.0.0', '{}', '{}'{more} \
         FROM nextval('raw_number') AS n;\n",
        table.name(),
        table.columns(),
        payload(),
        METADATA,
    )
}

/// Commits per second of `pgbench` with single-row inserts.
pub(crate) fn pgbench(
    machine: &Machine,
    table: Table,
    clients: usize,
    seconds: u64,
) -> Result<u64, Failure> {
    let script = machine.scratch("insert.sql");
    fs::write(&script, insert(table))?;
    let output = Command::new(find_pgbench()?)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={seconds}"))
        .arg("--file")
        .arg(&script)
        .arg("--host")
        .arg(machine.socket())
        .args(["--username=chaobiao", "chaobiao"])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // "tps = 1234.567890 (without initial connection time)"
    text.lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split('.').next()?.parse().ok())
        .ok_or_else(|| {
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            Failure::Pgbench(complaint)
        })
}

fn find_pgbench() -> Result<PathBuf, Failure> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|e| e.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    candidates.extend(versions.into_iter().rev());
    candidates
        .into_iter()
        .map(|folder| folder.join("pgbench"))
        .find(|program| Path::is_file(program))
        .ok_or(Failure::NoPgbench)
}

/// The text of `count` events for COPY.
pub(crate) fn copy_text(table: Table, count: u64) -> String {
    let mut text = String::new();
    let payload = payload();
    for n in 1..=count {
        let _ = write!(
            text,
            "tank\tcopy-{n:012}\t1\ttank.filled\t1.0.0\t{payload}\t{METADATA}"
        );
        if table == Table::Full {
            let _ = write!(
                text,
                "\t1\t{n:032x}\t{n:032x}\t2026-06-01 08:00:00+00\t\
                 \\\\x000102030405060708090a0b0c0d0e0f"
            );
        }
        text.push('\n');
    }
    text
}

/// How long one COPY of the whole text takes, its commit included.
pub(crate) async fn copy(pool: &PgPool, table: Table, text: &str) -> Result<Duration, Failure> {
    let mut connection = pool.acquire().await?;
    let begun = Instant::now();
    let sql = format!("COPY {} ({}) FROM STDIN", table.name(), table.columns());
    let mut copy = connection.copy_in_raw(&sql).await?;
    copy.send(text.as_bytes()).await?;
    copy.finish().await?;
    Ok(begun.elapsed())
}
