//! Is everything as it should be: configuration, keys, database, and what runs in the background.

mod checks;

use chaobiao_eventstore::operate::vitals;
use chaobiao_eventstore::{CLOCK_TOLERANCE, Clock as _, SystemClock, clock_lead};
use clap::Args;
use serde::Serialize;

use crate::database::{Database, SchemaState};

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// 每项检查输出一行 JSON
    #[arg(long)]
    json: bool,
}

/// What a check found; one that failed decides the exit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Check {
    name: &'static str,
    passed: bool,
    detail: String,
}

impl Check {
    fn of(name: &'static str, checked: Result<String, CommandError>) -> Self {
        let passed = checked.is_ok();
        let detail = checked.unwrap_or_else(|error| error.to_string());
        Self { name, passed, detail }
    }
}

impl Arguments {
    /// Every check is made and printed even when an earlier one failed.
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let config = context.config()?;
        if !self.json {
            output::line("配置：正常（密钥以 *** 表示）")?;
            output::line(&serde_json::to_string_pretty(&config)?)?;
        }
        let key = config.master_key().map(|_| "正常".to_owned());
        let mut checks = vec![Check::of("主密钥", key.map_err(CommandError::from))];
        match Database::open_for_command(&config).await {
            Ok(database) => {
                let checked = check_database(&database).await;
                database.close().await;
                checks.extend(checked);
            }
            Err(error) => checks.push(Check::of("数据库", Err(error.into()))),
        }
        for check in &checks {
            let fault = if check.passed { "" } else { "失败：" };
            let line = if self.json {
                serde_json::to_string(check)?
            } else {
                format!("{}：{fault}{}", check.name, check.detail)
            };
            output::line(&line)?;
        }
        if checks.iter().all(|check| check.passed) { Ok(()) } else { Err("检查未通过".into()) }
    }
}

async fn check_database(database: &Database) -> Vec<Check> {
    let (opened, current) = match check_opened(database).await {
        Ok((text, current)) => (Ok(text), current),
        Err(error) => (Err(error), false),
    };
    let mut checks = vec![Check::of("数据库", opened)];
    if current {
        match vitals(database.pool(), SystemClock.now()).await {
            Ok(vitals) => checks.extend(checks::of(&vitals)),
            Err(error) => checks.push(Check::of("后台", Err(error.into()))),
        }
    }
    checks
}

/// In words, and whether the schema is the one this program needs.
async fn check_opened(database: &Database) -> Result<(String, bool), CommandError> {
    let lead = clock_lead(database.pool(), &SystemClock).await?;
    if lead.abs() > CLOCK_TOLERANCE {
        let seconds = lead.num_seconds();
        return Err(format!("本机时钟与数据库相差 {seconds} 秒，请校时").into());
    }
    let kind = if database.is_embedded() { "内置" } else { "外部" };
    match SchemaState::of(database.pool()).await? {
        SchemaState::Current => Ok((format!("正常（{kind}，时钟一致，结构最新）"), true)),
        SchemaState::Behind(pending) => {
            let text =
                format!("可连接（{kind}，结构落后 {pending} 步，请执行 chaobiao migrate）");
            Ok((text, false))
        }
        SchemaState::Ahead => Err("结构比本程序新，请升级程序".into()),
    }
}
