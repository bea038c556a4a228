//! Proofs for outsiders, the check of the whole log, its key and its witnesses.

mod cosign;
mod prove;
mod rotate_key;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};

use chaobiao_eventstore::notary::latest_checkpoint;
use clap::{Args, Subcommand};

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
    /// 为一个事件、账单、收据或读数出具证明文件
    Prove(prove::Prove),
    /// 证明较新的检查点延续了较旧的检查点
    Consistency(prove::Consistency),
    /// 校验证明文件（离线，不需要数据库）；不给文件时校验整个日志
    Verify(verify::Verify),
    /// 更换日志签名密钥：旧密钥为新密钥作保，下一个检查点起由新密钥签名
    RotateKey,
    /// 见证：核对检查点延续了上次见证的检查点后联署（在另一台机器上，离线）
    Cosign(cosign::Cosign),
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        match self.action {
            Action::Checkpoint => checkpoint(context).await,
            Action::Prove(prove) => prove.run(context).await,
            Action::Consistency(consistency) => consistency.run(context).await,
            Action::Verify(verify) => verify.run(context).await,
            Action::RotateKey => rotate_key::run(context).await,
            Action::Cosign(cosign) => cosign.run(),
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

/// Text that ends with a newline, to a file or to standard output.
fn deliver(text: &str, out: Option<PathBuf>) -> Result<(), CommandError> {
    match out {
        Some(path) => Ok(fs::write(path, text)?),
        None => Ok(output::line(text.trim_end_matches('\n'))?),
    }
}

/// A file's text, or why there is none.
fn read(path: &Path) -> Result<String, CommandError> {
    fs::read_to_string(path).map_err(|error| format!("无法读取 {}：{error}", path.display()).into())
}
