//! Read models: how far they are, whether they equal their replay, and building them again.

use std::sync::Arc;

use chaobiao_eventstore::operate::{Verification, consumers, rebuild, verify};
use chaobiao_eventstore::{EventStore, Projector};
use clap::{Args, Subcommand};

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 列出各读模型及策略的进度
    List {
        #[arg(long)]
        json: bool,
    },
    /// 从事件重放到另一模式并逐行比对；缺省核对全部
    Verify { names: Vec<String> },
    /// 从头重建读模型；缺省重建全部
    Rebuild { names: Vec<String> },
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => self.action.run(&core.store).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl Action {
    async fn run(self, store: &EventStore) -> Result<(), CommandError> {
        match self {
            Self::List { json } => list(store, json).await,
            Self::Verify { names } => {
                let mut unequal = Vec::new();
                for projector in chosen(store, &names)? {
                    let verification = verify(store, projector).await?;
                    report(&verification)?;
                    if !verification.is_equal() {
                        unequal.push(verification.name);
                    }
                }
                if unequal.is_empty() {
                    return Ok(());
                }
                Err(format!("与重放不一致：{}", unequal.join("、")).into())
            }
            Self::Rebuild { names } => {
                for projector in chosen(store, &names)? {
                    let name = projector.name();
                    let next_leaf = rebuild(store, projector).await?;
                    output::line(&format!("{name}：已重建至日志位置 {next_leaf}"))?;
                }
                Ok(())
            }
        }
    }
}

fn chosen(
    store: &EventStore,
    names: &[String],
) -> Result<Vec<Arc<dyn Projector>>, CommandError> {
    let all = chaobiao_projections::all(store);
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|p| p.name() == **name)) {
        let known: Vec<&str> = all.iter().map(|p| p.name()).collect();
        return Err(format!("没有读模型 {unknown}；现有：{}", known.join("、")).into());
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    Ok(all.into_iter().filter(|p| wanted(p.name())).collect())
}

async fn list(store: &EventStore, json: bool) -> Result<(), CommandError> {
    for status in consumers(store.pool()).await? {
        let line = if json {
            serde_json::to_string(&status)?
        } else {
            format!(
                "{:<28} 版本 {:<3} {:<10} 位置 {:<10} 落后 {:<8} 搁置 {}",
                status.name,
                status.version,
                status.state,
                status.next_leaf,
                status.lag,
                status.parked
            )
        };
        output::line(&line)?;
    }
    Ok(())
}

fn report(verification: &Verification) -> Result<(), CommandError> {
    for table in &verification.tables {
        let verdict = if table.differences == 0 { "一致" } else { "不一致" };
        output::line(&format!(
            "{} {}：{verdict}，{} 行，差异 {} 行（至日志位置 {}）",
            verification.name, table.table, table.rows, table.differences, verification.next_leaf
        ))?;
        for example in &table.examples {
            output::line(&format!("  {}", serde_json::to_string(example)?))?;
        }
    }
    Ok(())
}
