//! Where checkpoints go beside the database: whoever can rewrite the database must not be able to
//! rewrite what has been published.

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;

use async_trait::async_trait;

/// Takes every signed checkpoint.
#[async_trait]
pub trait CheckpointSink: fmt::Debug + Send + Sync {
    async fn publish(&self, tree_size: u64, note: &str) -> std::io::Result<()>;
}

/// A folder with one file per checkpoint, `<tree size>.note`, and the newest as `latest.note`; to be
/// mirrored to a place the database's administrators cannot write to.
#[derive(Clone, Debug)]
pub struct FolderSink(PathBuf);

impl FolderSink {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }
}

#[async_trait]
impl CheckpointSink for FolderSink {
    async fn publish(&self, tree_size: u64, note: &str) -> std::io::Result<()> {
        let folder = self.0.clone();
        let note = note.to_owned();
        let writing = move || {
            std::fs::create_dir_all(&folder)?;
            for name in [format!("{tree_size:020}.note"), "latest.note".to_owned()] {
                // Written aside and renamed, so that no reader sees half a file.
                let aside = folder.join(format!(".{name}"));
                let mut file = std::fs::File::create(&aside)?;
                file.write_all(note.as_bytes())?;
                file.sync_all()?;
                std::fs::rename(&aside, folder.join(name))?;
            }
            Ok(())
        };
        tokio::task::spawn_blocking(writing)
            .await
            .map_err(std::io::Error::other)?
    }
}
