//! Signed heads in places beside the database.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use chaobiao_eventstore::notary::{CheckpointSink, FolderSink};
use object_store::ObjectStoreExt as _;

use crate::config::{Config, ConfigError};
use crate::objects::{self, Place};

/// Every place the configuration names.
pub fn sinks(config: &Config) -> Result<Vec<Arc<dyn CheckpointSink>>, ConfigError> {
    let mut sinks: Vec<Arc<dyn CheckpointSink>> =
        vec![Arc::new(FolderSink::new(config.checkpoint_folder()))];
    if let Some(url) = &config.transparency.checkpoint_store {
        sinks.push(Arc::new(ObjectStoreSink(objects::open(config, url)?)));
    }
    Ok(sinks)
}

/// One object per note.
#[derive(Debug)]
pub struct ObjectStoreSink(pub Place);

#[async_trait]
impl CheckpointSink for ObjectStoreSink {
    async fn put(&self, name: &str, note: &str) -> io::Result<()> {
        let path = self.0.prefix.clone().join(name);
        let bytes = bytes::Bytes::copy_from_slice(note.as_bytes());
        let done = self.0.objects.put(&path, bytes.into()).await;
        done.map(drop).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn notes_go_to_the_object_store() {
        let scratch = chaobiao_testing::ScratchDirectory::create();
        let url = format!("file://{}/heads", scratch.path().display());
        let sink = ObjectStoreSink(objects::open(&Config::default(), &url).unwrap());
        for note in ["one\n", "two\n"] {
            sink.put("latest.note", note).await.unwrap();
        }
        let kept = scratch.path().join("heads/latest.note");
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "two\n");
    }
}
