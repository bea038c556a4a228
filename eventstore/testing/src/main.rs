//! `test-postgres stop` ends the cluster of the tests, unless a test still runs.

use std::process::ExitCode;

use chaobiao_embedded_postgres::EmbeddedPostgres;
use chaobiao_testing::{cluster_directory, cluster_options};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "a developer's command line tool")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["stop"] {
        eprintln!("usage: test-postgres stop");
        return ExitCode::FAILURE;
    }
    match EmbeddedPostgres::stop_unused(&cluster_directory(), &cluster_options()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
