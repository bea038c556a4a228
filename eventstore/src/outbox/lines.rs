use std::path::PathBuf;

use async_trait::async_trait;
use serde_json::json;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;

use crate::outbox::{Delivery, Outgoing, Sender};

/// Appends every message to a file as one line of JSON: the outside world of a development server.
#[derive(Clone, Debug)]
pub struct JsonLinesSender {
    path: PathBuf,
}

impl JsonLinesSender {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    async fn append(&self, line: &[u8]) -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .await?;
        file.write_all(line).await?;
        file.flush().await
    }
}

#[async_trait]
impl Sender for JsonLinesSender {
    async fn send(&self, outgoing: &Outgoing) -> Delivery {
        let mut line = json!({
            "id": outgoing.id,
            "channel": outgoing.channel,
            "message": outgoing.message,
            "created_at": outgoing.created_at,
        })
        .to_string();
        line.push('\n');
        match self.append(line.as_bytes()).await {
            Ok(()) => Delivery::Sent { detail: None },
            Err(error) => Delivery::Failed {
                detail: error.to_string(),
            },
        }
    }
}
