use std::fs;
use std::path::PathBuf;

use chaobiao_domain::rating::rate_case_json;
use clap::{Args, Subcommand};

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: TariffCommand,
}

#[derive(Debug, Subcommand)]
enum TariffCommand {
    /// 按 JSON 案例试算账单，与正式出账同一函数
    Rate {
        /// 案例文件
        #[arg(value_name = "文件")]
        file: PathBuf,
    },
}

impl Arguments {
    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn run(self, _context: &Context) -> Result<(), CommandError> {
        let TariffCommand::Rate { file } = self.command;
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("无法读取 {}：{error}", file.display()))?;
        output::line(&rate_case_json(&text)?)?;
        Ok(())
    }
}
