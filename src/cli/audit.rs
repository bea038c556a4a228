//! Proofs for outsiders, and the check of the whole log.

use std::fs;
use std::path::PathBuf;

use chaobiao_eventstore::notary::{Finding, audit_log, latest_checkpoint, prove_event};
use chaobiao_proof::ProofFile;
use clap::{Args, Subcommand};
use uuid::Uuid;

use crate::config::read_trusted_keys;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 输出最新的签名检查点
    Checkpoint,
    /// 为一个事件出具证明文件
    Prove {
        /// 事件编号
        event_id: Uuid,
        /// 写入文件，缺省输出到标准输出
        #[arg(long, value_name = "文件")]
        out: Option<PathBuf>,
    },
    /// 校验证明文件（离线，不需要数据库）；不给文件时校验整个日志
    Verify {
        /// 证明文件
        file: Option<PathBuf>,
        /// 公钥文件，缺省为数据目录下的 log.pub
        #[arg(long, value_name = "文件")]
        key: Option<PathBuf>,
        /// 另行保存的检查点文件（可多个），一并核对
        #[arg(long, value_name = "文件")]
        checkpoint: Vec<PathBuf>,
    },
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        match self.action {
            Action::Checkpoint => checkpoint(context).await,
            Action::Prove { event_id, out } => prove(context, event_id, out).await,
            Action::Verify { file: Some(file), key, .. } => verify_file(context, &file, key),
            Action::Verify { file: None, key, checkpoint } => {
                verify_log(context, key, &checkpoint).await
            }
        }
    }
}

async fn checkpoint(context: &Context) -> Result<(), CommandError> {
    let (_, database) = context.open().await?;
    let newest = latest_checkpoint(database.pool()).await;
    database.close().await;
    let (_, note) = newest?.ok_or("尚无检查点：服务启动后会自动签发")?;
    output::line(note.trim_end())?;
    Ok(())
}

async fn prove(
    context: &Context,
    event_id: Uuid,
    out: Option<PathBuf>,
) -> Result<(), CommandError> {
    let (_, database) = context.open().await?;
    let proof = prove_event(database.pool(), event_id).await;
    database.close().await;
    let json = serde_json::to_string_pretty(&proof?)?;
    match out {
        Some(path) => fs::write(path, json + "\n")?,
        None => output::line(&json)?,
    }
    Ok(())
}

fn verify_file(
    context: &Context,
    file: &PathBuf,
    key: Option<PathBuf>,
) -> Result<(), CommandError> {
    let key = key.map_or_else(|| Ok(context.config()?.log_public_key_file()), Ok::<_, CommandError>);
    let trusted = read_trusted_keys(key?)?;
    let proof: ProofFile = serde_json::from_slice(&fs::read(file)?)?;
    let proven = proof.verify(&trusted)?;
    let leaf = &proven.leaf;
    output::line(&format!(
        "证明有效：{} {} 第 {} 个事件 {}，记录于 {}，日志位置 {}（检查点含 {} 条）",
        leaf.aggregate_type,
        leaf.aggregate_id,
        leaf.sequence,
        leaf.event_type,
        leaf.recorded_at.to_rfc3339(),
        proven.leaf_index,
        proven.checkpoint.size,
    ))?;
    output::line(&leaf.payload)?;
    Ok(())
}

async fn verify_log(
    context: &Context,
    key: Option<PathBuf>,
    checkpoints: &[PathBuf],
) -> Result<(), CommandError> {
    let (config, database) = context.open().await?;
    let trusted = read_trusted_keys(key.unwrap_or_else(|| config.log_public_key_file()))?;
    let published: Result<Vec<String>, _> = checkpoints.iter().map(fs::read_to_string).collect();
    let report = audit_log(database.pool(), &trusted, &published?).await;
    database.close().await;
    let report = report?;
    let checked = format!("已核对 {} 个事件、{} 个检查点", report.leaves, report.checkpoints);
    match report.finding {
        None => Ok(output::line(&format!("{checked}：一致"))?),
        Some(finding) => Err(format!("{checked}；{}", describe(&finding)).into()),
    }
}

fn describe(finding: &Finding) -> String {
    match finding {
        Finding::Altered { leaf_index } => {
            format!("日志位置 {leaf_index} 的事件与签名时不同或已缺失")
        }
        Finding::Hash { hash_index } => format!("哈希 {hash_index} 与事件不符"),
        Finding::Checkpoint { tree_size, reason } => {
            format!("含 {tree_size} 条的检查点不符：{reason}")
        }
    }
}
