use std::fs;
use std::path::{Path, PathBuf};

use chaobiao_eventstore::{Clock as _, SystemClock};
use chaobiao_proof::{ConsistencyFile, SignedCheckpoint, TrustedKey, WitnessKey, claimed_size};
use clap::Args;

use super::{CommandError, deliver, read};
use crate::config::{create_key_file, read_key_file, read_trusted_keys};

/// A witness keeps its key and the last head it signed in a folder of its own.
#[derive(Args, Debug)]
pub(super) struct Cosign {
    /// 待联署的检查点文件
    checkpoint: PathBuf,
    /// 日志的公钥文件
    #[arg(long, value_name = "文件")]
    key: PathBuf,
    /// 见证人的目录：密钥与上次联署的检查点；首次使用时建立
    #[arg(long, value_name = "目录")]
    witness_dir: PathBuf,
    /// 见证人的名称，首次使用时必填，例如 witness.example.edu/1
    #[arg(long, value_name = "名称")]
    name: Option<String>,
    /// 上次联署的检查点到此检查点的一致性证明（audit consistency 出具）
    #[arg(long, value_name = "文件")]
    proof: Option<PathBuf>,
    /// 写入文件，缺省输出到标准输出
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
}

const KEY_FILE: &str = "witness.key";
const PUBLIC_FILE: &str = "witness.pub";
const LAST_FILE: &str = "last.note";

impl Cosign {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let trusted = read_trusted_keys(self.key.clone())?;
        let note = read(&self.checkpoint)?;
        let last = self.witness_dir.join(LAST_FILE);
        if last.exists() {
            self.check_continues(&read(&last)?, &note, &trusted)?;
        } else {
            SignedCheckpoint::verify(note.as_bytes(), &trusted)?;
        }
        let key = self.witness_key()?;
        let seconds = SystemClock.now().timestamp().unsigned_abs();
        let cosigned = String::from_utf8(key.cosign(note.as_bytes(), seconds)?)?;
        // Remembered first: a head once signed is never contradicted, also after a kill.
        remember(&last, &note)?;
        deliver(&cosigned, self.out)
    }

    /// The head must continue the one signed last.
    fn check_continues(
        &self,
        last: &str,
        note: &str,
        trusted: &[TrustedKey],
    ) -> Result<(), CommandError> {
        if last == note {
            return Ok(());
        }
        let size = claimed_size(last.as_bytes())?;
        let path = self.proof.as_deref().ok_or_else(|| {
            format!("上次联署的检查点含 {size} 条，请以 --proof 给出从它起的一致性证明")
        })?;
        let proof = ConsistencyFile::from_bytes(read(path)?.as_bytes())?;
        let (older, newer) = proof.verify(trusted)?;
        let trusted = chaobiao_proof::follow(trusted, proof.key_changes.iter().map(String::as_str))?;
        let (before, now) = (
            SignedCheckpoint::verify(last.as_bytes(), &trusted)?,
            SignedCheckpoint::verify(note.as_bytes(), &trusted)?,
        );
        if older == before && newer == now {
            Ok(())
        } else {
            Err("一致性证明不是从上次联署的检查点到此检查点的".into())
        }
    }

    fn witness_key(&self) -> Result<WitnessKey, CommandError> {
        let path = self.witness_dir.join(KEY_FILE);
        if !path.exists() {
            let name = self.name.as_deref().ok_or("首次联署须以 --name 给出见证人的名称")?;
            let key = WitnessKey::generate(name)?;
            create_key_file(&self.witness_dir, &path, &key.encoded())?;
        }
        let key = WitnessKey::parse(&read_key_file(&path)?)?;
        let public = self.witness_dir.join(PUBLIC_FILE);
        if !public.exists() {
            fs::write(&public, format!("{}\n", key.public()))?;
        }
        Ok(key)
    }
}

fn remember(path: &Path, note: &str) -> Result<(), CommandError> {
    let aside = path.with_extension("unfinished");
    fs::write(&aside, note)?;
    fs::File::open(&aside)?.sync_all()?;
    Ok(fs::rename(&aside, path)?)
}
