//! What PostgreSQL says about itself in `postmaster.pid`.

use std::fs;
use std::path::{Path, PathBuf};

/// State of the cluster's main process, as its pid file and `/proc` tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Postmaster {
    /// No pid file, or one whose process is gone.
    Absent,
    /// Starting or stopping: ask again in a moment.
    Changing,
    /// Accepting connections on a socket in this directory.
    Ready { socket_directory: PathBuf },
}

impl Postmaster {
    pub(crate) fn observe(cluster: &Path) -> Self {
        let Ok(text) = fs::read_to_string(cluster.join("postmaster.pid")) else {
            return Self::Absent;
        };
        let Some(pid) = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse::<u32>().ok())
        else {
            // The file is created empty and filled at once.
            return Self::Changing;
        };
        if is_postgres(pid) {
            parse(&text)
        } else {
            Self::Absent
        }
    }
}

/// After a reboot the number may belong to any other program.
fn is_postgres(pid: u32) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
        return false;
    };
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
            .unwrap_or_default()
    };
    // A killed main process stays as a zombie until its parent looks.
    field("Name:") == "postgres" && !field("State:").starts_with('Z')
}

/// Line 5 is the first socket directory, line 8 the status.
fn parse(text: &str) -> Postmaster {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    match (lines.get(4), lines.get(7)) {
        (Some(directory), Some(&"ready")) if !directory.is_empty() => Postmaster::Ready {
            socket_directory: PathBuf::from(directory),
        },
        _ => Postmaster::Changing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_cluster_tells_its_socket() {
        let text = "77\n/data/postgres\n1700000000\n5432\n/tmp/s\n\n  8192002  9\nready   \n";
        let socket_directory = PathBuf::from("/tmp/s");
        assert_eq!(parse(text), Postmaster::Ready { socket_directory });
    }

    #[test]
    fn a_cluster_starting_or_stopping_is_waited_for() {
        for status in ["starting", "stopping"] {
            let text = format!("77\n/d\n1\n5432\n/tmp/s\n\n1 2\n{status}\n");
            assert_eq!(parse(&text), Postmaster::Changing);
        }
        assert_eq!(parse("77\n/d\n"), Postmaster::Changing);
    }

    #[test]
    fn another_program_with_the_same_number_is_not_the_cluster() {
        assert!(!is_postgres(std::process::id()));
    }
}
