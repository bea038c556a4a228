use clap::Args;

use crate::database::Database;
use crate::telemetry;

use super::{CommandError, Context, context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let mut config = context.config()?;
        context::quieten(&mut config);
        telemetry::install_logging(&config.telemetry)?;
        let database = Database::open_for_command(&config).await?;
        let migrated = database.migrate().await;
        database.close().await;
        match migrated? {
            0 => output::line("数据库结构已是最新")?,
            applied => output::line(&format!("数据库结构已升级 {applied} 步"))?,
        }
        Ok(())
    }
}
