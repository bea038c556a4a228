use std::path::PathBuf;
use std::sync::Arc;

use chaobiao_eventstore::{BusOptions, SystemClock};
use clap::Args;

use crate::app::Core;
use crate::config::Config;
use crate::database::Database;
use crate::telemetry;

use super::CommandError;

/// What every command can be told.
#[derive(Args, Clone, Debug)]
pub struct Context {
    /// 配置文件（TOML），缺省取环境变量 `CHAOBIAO_CONFIG`
    #[arg(long, global = true, value_name = "文件")]
    config: Option<PathBuf>,
    /// 数据目录，优先于配置
    #[arg(long, global = true, value_name = "目录")]
    data_dir: Option<PathBuf>,
}

impl Context {
    /// The configuration with the options of the command line on top.
    pub fn config(&self) -> Result<Config, CommandError> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data_dir) = &self.data_dir {
            config.data_dir.clone_from(data_dir);
        }
        Ok(config)
    }

    /// Configuration, logging and a database whose schema fits: what most commands start with.
    /// They end with `Database::close`.
    pub async fn open(&self) -> Result<(Config, Database), CommandError> {
        let mut config = self.config()?;
        quieten(&mut config);
        telemetry::install_logging(&config.telemetry)?;
        let database = Database::open_for_command(&config).await?;
        if let Err(error) = database.prepare_schema().await {
            database.close().await;
            return Err(error.into());
        }
        Ok((config, database))
    }

    /// Store and command bus over an open database.
    pub async fn core(&self, config: &Config, database: &Database) -> Result<Core, CommandError> {
        let pool = database.pool().clone();
        let clock = Arc::new(SystemClock);
        Ok(Core::open(config, pool, clock, BusOptions::default()).await?)
    }
}

/// A command answers on standard output; its progress interests nobody who did not ask.
pub(super) fn quieten(config: &mut Config) {
    let default = Config::default().telemetry.log_filter;
    if config.telemetry.log_filter == default {
        "warn".clone_into(&mut config.telemetry.log_filter);
    }
}
