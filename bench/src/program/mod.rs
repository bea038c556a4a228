//! The whole program: a server process on a demo campus, asked over HTTP, and files taken in beside
//! it by the command line.

mod files;
mod http;
mod live;
mod process;
mod read;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chaobiao_embedded_postgres::{EmbeddedPostgres, Options, pool_options};
use sqlx::PgPool;

use crate::figures::{Figures, Unit, micros};
use crate::{Arguments, Failure};
use process::{Program, Server};

/// What has to be idle first: starting, catching up, the first round of the due runner.
const REST: Duration = Duration::from_secs(10);
const MEMORY: &str = "memory of the server";

/// Runs the measurements on a data directory of their own; returns the server's version.
pub(crate) async fn measure(
    arguments: &Arguments,
    figures: &mut Figures,
) -> Result<String, Failure> {
    let parent = arguments
        .directory
        .join(format!("chaobiao-program-{}", std::process::id()));
    DirBuilder::new().mode(0o711).create(&parent)?;
    let measured = on_directory(&parent, arguments, figures).await;
    fs::remove_dir_all(&parent)?;
    measured
}

async fn on_directory(
    parent: &Path,
    arguments: &Arguments,
    figures: &mut Figures,
) -> Result<String, Failure> {
    let program = Program::new(binary(arguments)?, parent.join("data"));
    let staff = program.make_campus(arguments.campus_meters)?;
    let begun = Instant::now();
    let server = program.serve()?;
    let ready = micros(begun.elapsed());
    figures.note("start of the program", "ready", Unit::Microseconds, ready);
    let cluster = EmbeddedPostgres::join(&program.data_dir, &Options::default()).await?;
    let pool = pool_options()
        .max_connections(2)
        .connect_with(cluster.connect_options())
        .await?;
    let measured = beside(&program, &server, &staff, &pool, arguments, figures).await;
    let version = sqlx::query_scalar("SHOW server_version")
        .fetch_one(&pool)
        .await;
    pool.close().await;
    server.stop()?;
    cluster.stop().await?;
    measured?;
    Ok(version?)
}

async fn beside(
    program: &Program,
    server: &Server,
    staff: &process::Staff,
    pool: &PgPool,
    arguments: &Arguments,
    figures: &mut Figures,
) -> Result<(), Failure> {
    tokio::time::sleep(REST).await;
    let memory = server.memory()?;
    figures.note(MEMORY, "at rest", Unit::Megabytes, memory.now);
    figures.note(MEMORY, "most while starting", Unit::Megabytes, memory.most);
    if arguments.wants("read") {
        let mut asker = read::Asker::sign_in(server.address, &staff.manager, pool).await?;
        for _ in 0..arguments.rounds {
            asker.round(pool, figures, arguments.seconds).await?;
        }
        let memory = server.memory()?;
        figures.note(MEMORY, "most, with reads", Unit::Megabytes, memory.most);
    }
    if arguments.wants("live") {
        let watchers = live::Watchers::gather(server.address, staff, pool, arguments.watchers);
        let mut watchers = watchers.await?;
        for _ in 0..arguments.rounds {
            watchers.round(figures).await?;
        }
        let memory = server.memory()?;
        figures.note(MEMORY, "most, with watchers", Unit::Megabytes, memory.most);
    }
    if arguments.wants("import") {
        let mut files = files::Files::new(program, pool, arguments);
        files.meters(figures).await?;
        for round in 0..arguments.rounds {
            files.readings(round, figures).await?;
        }
        let memory = server.memory()?;
        figures.note(MEMORY, "most, with imports", Unit::Megabytes, memory.most);
    }
    Ok(())
}

/// The one named, or the one built beside this.
fn binary(arguments: &Arguments) -> Result<PathBuf, Failure> {
    let path = match &arguments.program {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("chaobiao"),
    };
    if path.exists() {
        Ok(path)
    } else {
        Err(Failure::NoProgram(path))
    }
}
