//! A private PostgreSQL cluster under a data directory, for servers that were given no
//! `DATABASE_URL` and for tests.
//!
//! - The binaries are those installed on the machine; nothing is downloaded.
//! - Started by root, every PostgreSQL process runs as the unprivileged account `postgres`.
//! - It listens on a unix socket only, in a directory nobody else can enter.
//! - Three locks on the data directory order its users: `server.lock` is held by the one
//!   server, `cluster.lock` is shared by every process using the cluster, and
//!   `cluster.start.lock` is held while one of them decides to start or stop it.
//! - A cluster left behind by a killed process is adopted by the next one.

mod account;
mod binaries;
mod cluster;
mod directory;
mod error;
mod lock;
mod options;
mod pool;
mod postmaster;
mod tools;

pub use cluster::EmbeddedPostgres;
pub use directory::create_data_dir;
pub use error::EmbeddedError;
pub use options::{Durability, Options};
pub use pool::pool_options;
