//! A real PostgreSQL database for every test.
//!
//! One throw-away cluster per machine and account serves all test processes. It is started by
//! the first test that needs it and stays up for the next run; `test-postgres stop` ends it.
//! Whatever a stopped cluster held is thrown away at its next start.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "support code of tests: a failure here is the failure of the test"
)]

mod database;
mod own_cluster;
mod scratch;
mod template;

pub use database::TestDatabase;
pub use own_cluster::{Death, OwnCluster};
pub use scratch::ScratchDirectory;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use chaobiao_embedded_postgres::{Durability, Options};

/// Short, and passable for the account `postgres` when the tests run as root: a checkout in a
/// private home directory is neither.
pub fn cluster_directory() -> PathBuf {
    let own = fs::metadata("/proc/self").expect("/proc is mounted");
    PathBuf::from(format!("/tmp/chaobiao-test-{}", own.uid()))
}

/// Fast and without promises: nothing in this cluster has to survive anything.
pub fn cluster_options() -> Options {
    Options {
        durability: Durability::Off,
        discard_stopped: true,
        connections_max: 300,
        shared_buffers_mib: 128,
        ..Options::default()
    }
}
