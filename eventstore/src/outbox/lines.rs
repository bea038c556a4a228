use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

use crate::outbox::{Delivery, Outgoing, Sender};

/// Appends every message to a file as one line of JSON: the outside world of a development server.
#[derive(Clone, Debug)]
pub struct JsonLinesSender {
    path: PathBuf,
    /// The file is written by one at a time.
    writing: Arc<Mutex<()>>,
}

impl JsonLinesSender {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            writing: Arc::default(),
        }
    }

    /// Takes the messages with personal data of a subject out of the file.
    pub async fn forget(&self, subject: &str) -> std::io::Result<()> {
        let _writing = self.writing.lock().await;
        let text = match tokio::fs::read_to_string(&self.path).await {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let of_subject = format!("\"subject\":{}", json!(subject));
        let kept: String = text
            .split_inclusive('\n')
            .filter(|line| !line.contains(&of_subject))
            .collect();
        if kept.len() == text.len() {
            return Ok(());
        }
        let aside = self.path.with_extension("unfinished");
        tokio::fs::write(&aside, kept).await?;
        tokio::fs::rename(&aside, &self.path).await
    }

    async fn append(&self, line: &[u8]) -> std::io::Result<()> {
        let _writing = self.writing.lock().await;
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
            Ok(()) => Delivery::sent(),
            Err(error) => Delivery::Failed {
                detail: error.to_string(),
            },
        }
    }
}
