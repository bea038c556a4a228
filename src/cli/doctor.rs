use chaobiao_eventstore::{CLOCK_TOLERANCE, SystemClock, clock_lead};
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
    let checked = check_opened(&database).await;
    database.close().await;
    checked
}

async fn check_opened(database: &Database) -> Result<String, CommandError> {
    let lead = clock_lead(database.pool(), &SystemClock).await?;
    if lead.abs() > CLOCK_TOLERANCE {
        let seconds = lead.num_seconds();
        return Err(format!("本机时钟与数据库相差 {seconds} 秒，请校时").into());
    }
    let kind = if database.is_embedded() { "内置" } else { "外部" };
    match SchemaState::of(database.pool()).await? {
        SchemaState::Current => Ok(format!("正常（{kind}，时钟一致，结构最新）")),
        SchemaState::Behind(pending) => {
            Ok(format!("可连接（{kind}，结构落后 {pending} 步，请执行 chaobiao migrate）"))
        }
        SchemaState::Ahead => Err("结构比本程序新，请升级程序".into()),
    }
}
