use clap::Args;

use crate::config::Config;
use crate::database::{Database, SchemaState};

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {}

impl Arguments {
    /// Every check is made and printed even when an earlier one failed.
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let config = context.config()?;
        output::line("配置：正常（密钥以 *** 表示）")?;
        output::line(&serde_json::to_string_pretty(&config)?)?;
        let key = config.master_key().map(|_| "正常".to_owned());
        let keyed = report("主密钥", key.map_err(CommandError::from))?;
        let stored = report("数据库", check_database(&config).await)?;
        if keyed && stored {
            return Ok(());
        }
        Err("检查未通过".into())
    }
}

fn report(name: &str, checked: Result<String, CommandError>) -> Result<bool, CommandError> {
    let passed = checked.is_ok();
    let text = checked.unwrap_or_else(|error| format!("失败：{error}"));
    output::line(&format!("{name}：{text}"))?;
    Ok(passed)
}

async fn check_database(config: &Config) -> Result<String, CommandError> {
    let database = Database::open_for_command(config).await?;
    let state = SchemaState::of(database.pool()).await;
    let kind = if database.is_embedded() { "内置" } else { "外部" };
    database.close().await;
    match state? {
        SchemaState::Current => Ok(format!("正常（{kind}，结构最新）")),
        SchemaState::Behind(pending) => {
            Ok(format!("可连接（{kind}，结构落后 {pending} 步，请执行 chaobiao migrate）"))
        }
        SchemaState::Ahead => Err("结构比本程序新，请升级程序".into()),
    }
}
