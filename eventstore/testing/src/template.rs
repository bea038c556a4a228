//! The migrated database all test databases are cloned from; one per state of `migrations/`.

use std::fs;
use std::path::{Path, PathBuf};

use chaobiao_embedded_postgres::EmbeddedPostgres;
use sha2::{Digest as _, Sha256};
use sqlx::migrate::Migrator;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

/// Any number, the same in all test processes.
const TEMPLATE_LOCK: i64 = 0x6368_616f;

/// The name of the template, made by this process or another one.
pub(crate) async fn ensure(superuser: &mut PgConnection, cluster: &EmbeddedPostgres) -> String {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let name = format!("template_{}", fingerprint(&migrations));
    if exists(superuser, &name).await {
        return name;
    }
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *superuser)
        .await
        .expect("the lock is granted");
    if !exists(superuser, &name).await {
        build(superuser, cluster, &migrations, &name).await;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(superuser)
        .await
        .expect("the lock is released");
    name
}

/// Under another name until it is complete: an interrupted run leaves no half template.
async fn build(
    superuser: &mut PgConnection,
    cluster: &EmbeddedPostgres,
    migrations: &Path,
    name: &str,
) {
    let unfinished = format!("{name}_unfinished");
    run(
        superuser,
        format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
    )
    .await;
    run(
        superuser,
        format!("CREATE DATABASE {unfinished} OWNER chaobiao"),
    )
    .await;
    let owner = cluster.connect_options().database(&unfinished);
    let mut connection = owner
        .connect()
        .await
        .expect("the new database accepts connections");
    let migrator = Migrator::new(migrations)
        .await
        .expect("the migrations are readable");
    migrator
        .run(&mut connection)
        .await
        .expect("the migrations apply to an empty database");
    connection.close().await.expect("the connection closes");
    run(
        superuser,
        format!("ALTER DATABASE {unfinished} RENAME TO {name}"),
    )
    .await;
}

async fn exists(superuser: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(superuser)
        .await
        .expect("the catalogue is readable")
}

async fn run(superuser: &mut PgConnection, command: String) {
    superuser
        .execute(command.as_str())
        .await
        .expect("the superuser's command runs");
}

fn fingerprint(migrations: &Path) -> String {
    let entries = fs::read_dir(migrations).expect("the folder of migrations is readable");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file).expect("a migration is readable");
        hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    hex::encode(&hash.finalize()[..10])
}
