//! Where checkpoints go beside the database: whoever can rewrite the database must not be able to
//! rewrite what has been published.

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

/// The name under which the newest checkpoint is published.
const NEWEST: &str = "latest.note";

/// Takes every signed note.
#[async_trait]
pub trait CheckpointSink: fmt::Debug + Send + Sync {
    /// Keeps a note under a name, in place of what had that name.
    async fn put(&self, name: &str, note: &str) -> std::io::Result<()>;
}

/// A checkpoint as `<tree size>.note`, and as the newest.
pub(super) async fn publish_checkpoint(
    sinks: &[Arc<dyn CheckpointSink>],
    tree_size: u64,
    note: &str,
) -> std::io::Result<()> {
    for sink in sinks {
        sink.put(&format!("{tree_size:020}.note"), note).await?;
        sink.put(NEWEST, note).await?;
    }
    Ok(())
}

/// A change of the key as `key-change-<tree size>.note`.
pub(super) async fn publish_key_change(
    sinks: &[Arc<dyn CheckpointSink>],
    tree_size: u64,
    note: &str,
) -> std::io::Result<()> {
    for sink in sinks {
        sink.put(&format!("key-change-{tree_size:020}.note"), note)
            .await?;
    }
    Ok(())
}

/// A folder with one file per note; to be mirrored to a place the database's administrators cannot
/// write to.
#[derive(Clone, Debug)]
pub struct FolderSink(PathBuf);

impl FolderSink {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }
}

#[async_trait]
impl CheckpointSink for FolderSink {
    async fn put(&self, name: &str, note: &str) -> std::io::Result<()> {
        let (folder, name, note) = (self.0.clone(), name.to_owned(), note.to_owned());
        let writing = move || {
            std::fs::create_dir_all(&folder)?;
            // Written aside and renamed, so that no reader sees half a file.
            let aside = folder.join(format!(".{name}"));
            let mut file = std::fs::File::create(&aside)?;
            file.write_all(note.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&aside, folder.join(name))
        };
        tokio::task::spawn_blocking(writing)
            .await
            .map_err(std::io::Error::other)?
    }
}
