use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Whether a committed transaction survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    Full,
    /// For throw-away test clusters only: fsync off, nothing survives a machine crash.
    Off,
}

/// How a private cluster is sized and kept.
#[derive(Clone, Debug)]
pub struct Options {
    pub durability: Durability,
    /// Directory of `initdb` and `pg_ctl`; found by search when absent.
    pub binaries: Option<PathBuf>,
    /// Start empty each time: for test clusters, whose leftovers interest nobody.
    pub discard_stopped: bool,
    pub connections_max: u16,
    pub shared_buffers_mib: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            binaries: None,
            discard_stopped: false,
            connections_max: 100,
            shared_buffers_mib: 256,
        }
    }
}

impl Options {
    /// The settings file, written anew before each start so that an upgrade of this program
    /// brings its tuning to clusters that exist.
    pub(crate) fn settings(&self, socket_directory: &Path) -> String {
        let mut text =
            String::from("# Written before each start; put your own settings in local.conf.\n");
        let connections = self.connections_max.to_string();
        let shared_buffers = format!("{}MB", self.shared_buffers_mib);
        let socket = socket_directory.to_string_lossy();
        let always: [(&str, &str); 24] = [
            ("listen_addresses", ""),
            ("unix_socket_directories", &socket),
            ("unix_socket_permissions", "0700"),
            ("port", "5432"),
            ("max_connections", &connections),
            ("shared_buffers", &shared_buffers),
            ("effective_cache_size", "1GB"),
            ("work_mem", "16MB"),
            ("maintenance_work_mem", "128MB"),
            ("max_wal_size", "2GB"),
            ("random_page_cost", "1.1"),
            ("jit", "off"),
            // A replay schema per projection takes many relation locks in one transaction.
            ("max_locks_per_transaction", "256"),
            // The sealer waits for the oldest transaction of the instance: none may linger.
            ("idle_in_transaction_session_timeout", "60s"),
            ("client_connection_check_interval", "5s"),
            ("lock_timeout", "30s"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
            ("logging_collector", "on"),
            ("log_filename", "postgresql-%a.log"),
            ("log_truncate_on_rotation", "on"),
            ("log_rotation_age", "1d"),
            ("log_line_prefix", "%m [%p] %q%u@%d "),
            ("log_min_duration_statement", "2s"),
        ];
        let unsafe_but_fast = [
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("synchronous_commit", "off"),
            ("autovacuum_naptime", "10min"),
        ];
        let extra: &[(&str, &str)] = match self.durability {
            Durability::Full => &[],
            Durability::Off => &unsafe_but_fast,
        };
        for (name, value) in always.iter().chain(extra) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_unix_socket_is_listened_on() {
        let text = Options::default().settings(Path::new("/tmp/it's"));
        assert!(text.contains("listen_addresses = ''\n"));
        assert!(text.contains("unix_socket_directories = '/tmp/it''s'\n"));
    }

    #[test]
    fn only_throw_away_clusters_give_up_fsync() {
        let durable = Options::default().settings(Path::new("/tmp/s"));
        assert!(!durable.contains("fsync"));
        let throw_away = Options {
            durability: Durability::Off,
            ..Options::default()
        };
        assert!(
            throw_away
                .settings(Path::new("/tmp/s"))
                .contains("fsync = 'off'\n")
        );
    }
}
