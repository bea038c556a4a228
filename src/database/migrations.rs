use std::collections::BTreeSet;

use sqlx::PgPool;
use sqlx::migrate::{Migrate as _, MigrateError, Migrator};

use super::Database;

/// The forward-only scripts of `migrations/`, built into the binary.
pub static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

const UNDEFINED_TABLE: &str = "42P01";

/// How the schema of a database relates to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    /// So many migrations are still to be applied.
    Behind(usize),
    /// A newer program has been here.
    Ahead,
}

/// Why the schema is not what this program needs.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error(
        "数据库结构落后 {pending} 步，请先执行 chaobiao migrate / \
         the schema is {pending} migrations behind; run chaobiao migrate first"
    )]
    Behind { pending: usize },
    #[error(
        "数据库结构比本程序新，请升级程序 / the schema is newer than this program; upgrade the program"
    )]
    Ahead,
    #[error("数据库结构升级失败 / the schema could not be migrated")]
    Migrate(#[from] MigrateError),
    #[error("无法读取数据库结构 / the schema could not be read")]
    Read(#[from] sqlx::Error),
}

impl SchemaState {
    pub async fn of(pool: &PgPool) -> Result<Self, SchemaError> {
        let mut connection = pool.acquire().await?;
        let applied = match connection.list_applied_migrations().await {
            Ok(applied) => applied
                .into_iter()
                .map(|migration| migration.version)
                .collect(),
            Err(error) if is_undefined_table(&error) => BTreeSet::new(),
            Err(error) => return Err(error.into()),
        };
        let known: BTreeSet<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
        if !applied.is_subset(&known) {
            return Ok(Self::Ahead);
        }
        let pending = known.difference(&applied).count();
        Ok(if pending == 0 {
            Self::Current
        } else {
            Self::Behind(pending)
        })
    }

    pub fn require_current(self) -> Result<(), SchemaError> {
        match self {
            Self::Current => Ok(()),
            Self::Behind(pending) => Err(SchemaError::Behind { pending }),
            Self::Ahead => Err(SchemaError::Ahead),
        }
    }
}

impl Database {
    /// Applies what is missing; answers how many scripts that were.
    pub async fn migrate(&self) -> Result<usize, SchemaError> {
        let pending = match SchemaState::of(self.pool()).await? {
            SchemaState::Current => return Ok(0),
            SchemaState::Behind(pending) => pending,
            SchemaState::Ahead => return Err(SchemaError::Ahead),
        };
        MIGRATOR.run(self.pool()).await?;
        Ok(pending)
    }

    /// An embedded database is brought up to date, since nobody else looks after it. Another
    /// one belongs to its administrator, whose rights the server may not even have.
    pub async fn prepare_schema(&self) -> Result<(), SchemaError> {
        if self.is_embedded() {
            self.migrate().await?;
            return Ok(());
        }
        SchemaState::of(self.pool()).await?.require_current()
    }
}

fn is_undefined_table(error: &MigrateError) -> bool {
    let MigrateError::Execute(sqlx::Error::Database(error)) = error else {
        return false;
    };
    error.code().is_some_and(|code| code == UNDEFINED_TABLE)
}
