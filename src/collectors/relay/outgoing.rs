//! What is to go across, put on this machine's disk.

use std::time::Duration;

use chaobiao_decision::Process;
use chaobiao_gateway::relay::{Outbox, RelayError};
use tokio::sync::watch;
use tokio::time::sleep;

use super::message::{Message, RelayKey};
use crate::collectors::desk::Run;

/// While the disk is full nothing more is heard; it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// See the module.
pub(in crate::collectors) struct Outgoing {
    pub(super) outbox: Outbox,
    pub(super) key: RelayKey,
    pub(super) run: Run,
    /// Set when the disk has failed: only a new start finds out what is on it.
    pub(super) failed: watch::Sender<bool>,
}

impl Outgoing {
    /// Returns when the command is on the disk; `about` names it.
    pub(in crate::collectors) async fn give<P: Process>(&self, about: &str, process: &P) {
        let Ok(sealed) = self.sealed(about, process) else {
            tracing::error!(process = P::NAME, "what a collector said cannot be written");
            return;
        };
        loop {
            match self.outbox.put(sealed.clone()).await {
                Ok(_) => return,
                Err(RelayError::Full) => {
                    tracing::warn!("the disk is full of what is not across yet");
                    sleep(AGAIN).await;
                }
                Err(RelayError::TooLong) => {
                    let bytes = sealed.len();
                    tracing::error!(process = P::NAME, bytes, "too long for the relay");
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "the disk takes nothing any more");
                    self.failed.send_replace(true);
                    return;
                }
            }
        }
    }

    fn sealed<P: Process>(&self, about: &str, process: &P) -> serde_json::Result<Vec<u8>> {
        let message = Message {
            id: self.run.id(about),
            process: P::NAME.to_owned(),
            body: serde_json::to_value(process)?,
        };
        let clear = serde_json::to_vec(&message)?;
        let too_long = || serde::ser::Error::custom("too long to be sealed");
        self.key.seal(&clear).ok_or_else(too_long)
    }
}
