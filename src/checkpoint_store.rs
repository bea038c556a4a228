//! Signed heads in places beside the database.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use chaobiao_eventstore::notary::{CheckpointSink, FolderSink};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::config::{Config, ConfigError};

/// Every place the configuration names.
pub fn sinks(config: &Config) -> Result<Vec<Arc<dyn CheckpointSink>>, ConfigError> {
    let mut sinks: Vec<Arc<dyn CheckpointSink>> =
        vec![Arc::new(FolderSink::new(config.checkpoint_folder()))];
    if let Some(url) = &config.transparency.checkpoint_store {
        sinks.push(Arc::new(ObjectStoreSink::at(url)?));
    }
    Ok(sinks)
}

/// A prefix in an object store, with one object per note.
#[derive(Debug)]
pub struct ObjectStoreSink {
    objects: Box<dyn ObjectStore>,
    prefix: Path,
}

impl ObjectStoreSink {
    pub fn at(url: &str) -> Result<Self, ConfigError> {
        let wrong = |source| ConfigError::CheckpointStore {
            url: url.to_owned(),
            source,
        };
        let parsed = url::Url::parse(url).map_err(|error| wrong(error.into()))?;
        let (objects, prefix) =
            object_store::parse_url(&parsed).map_err(|error| wrong(error.into()))?;
        Ok(Self { objects, prefix })
    }
}

#[async_trait]
impl CheckpointSink for ObjectStoreSink {
    async fn put(&self, name: &str, note: &str) -> io::Result<()> {
        let path = self.prefix.clone().join(name);
        let bytes = bytes::Bytes::copy_from_slice(note.as_bytes());
        let done = self.objects.put(&path, bytes.into()).await;
        done.map(drop).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn notes_go_to_the_object_store_and_unknown_ones_are_refused() {
        let scratch = chaobiao_testing::ScratchDirectory::create();
        let url = format!("file://{}/heads", scratch.path().display());
        let sink = ObjectStoreSink::at(&url).unwrap();
        for note in ["one\n", "two\n"] {
            sink.put("latest.note", note).await.unwrap();
        }
        let kept = scratch.path().join("heads/latest.note");
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "two\n");
        assert!(ObjectStoreSink::at("nonsense").is_err());
        assert!(ObjectStoreSink::at("gopher://a/b").is_err());
    }
}
