use std::path::{Path, PathBuf};

use chaobiao_eventstore::notary::{Finding, audit_log};
use chaobiao_proof::{ConsistencyFile, ProofFile, TrustedKey, TrustedWitness};
use chrono::DateTime;
use clap::Args;

use super::{CommandError, Context, output, read};
use crate::config::read_trusted_keys;

#[derive(Args, Debug)]
pub(super) struct Verify {
    /// 证明文件
    file: Option<PathBuf>,
    /// 公钥文件，缺省为数据目录下的 log.pub
    #[arg(long, value_name = "文件")]
    key: Option<PathBuf>,
    /// 见证人的公钥文件（可多个）；检查点须有他们的联署
    #[arg(long, value_name = "文件")]
    witness: Vec<PathBuf>,
    /// 另行保存的检查点文件（可多个），一并核对
    #[arg(long, value_name = "文件")]
    checkpoint: Vec<PathBuf>,
}

impl Verify {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        match &self.file {
            Some(file) => self.verify_file(context, file),
            None => self.verify_log(context).await,
        }
    }

    fn trusted(&self, context: &Context) -> Result<Vec<TrustedKey>, CommandError> {
        let path = match &self.key {
            Some(path) => path.clone(),
            None => context.config()?.log_public_key_file(),
        };
        Ok(read_trusted_keys(path)?)
    }

    /// Needs the file and the public keys, nothing else.
    fn verify_file(&self, context: &Context, file: &Path) -> Result<(), CommandError> {
        let trusted = self.trusted(context)?;
        let text = read(file)?;
        match ConsistencyFile::from_bytes(text.as_bytes()) {
            Ok(proof) => self.verify_consistency(&proof, &trusted),
            Err(_) => self.verify_proof(&ProofFile::from_bytes(text.as_bytes())?, &trusted),
        }
    }

    fn verify_consistency(
        &self,
        proof: &ConsistencyFile,
        trusted: &[TrustedKey],
    ) -> Result<(), CommandError> {
        let (older, newer) = proof.verify(trusted)?;
        self.require_witnesses(&proof.newer)?;
        let (older, newer) = (older.size, newer.size);
        Ok(output::line(&format!(
            "证明有效：含 {newer} 条的检查点延续了含 {older} 条的检查点"
        ))?)
    }

    fn verify_proof(&self, proof: &ProofFile, trusted: &[TrustedKey]) -> Result<(), CommandError> {
        let proven = proof.verify(trusted)?;
        self.require_witnesses(&proof.checkpoint)?;
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

    fn require_witnesses(&self, note: &str) -> Result<(), CommandError> {
        for path in &self.witness {
            let witness = TrustedWitness::parse(&read(path)?)?;
            let seconds = witness.signed_at(note.as_bytes())?;
            let at = i64::try_from(seconds)
                .ok()
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            let at = at.map_or_else(String::new, |at| at.to_rfc3339());
            output::line(&format!("见证：{} 于 {at} 联署", witness.name()))?;
        }
        Ok(())
    }

    async fn verify_log(&self, context: &Context) -> Result<(), CommandError> {
        let trusted = self.trusted(context)?;
        let published: Result<Vec<String>, CommandError> =
            self.checkpoint.iter().map(|path| read(path)).collect();
        let published = published?;
        let (_, database) = context.open().await?;
        let report = audit_log(database.pool(), &trusted, &published).await;
        database.close().await;
        let report = report?;
        let checked =
            format!("已核对 {} 个事件、{} 个检查点", report.leaves, report.checkpoints);
        match report.finding {
            None => Ok(output::line(&format!("{checked}：一致"))?),
            Some(finding) => Err(format!("{checked}；{}", describe(&finding)).into()),
        }
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
