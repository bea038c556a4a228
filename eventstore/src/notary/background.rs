//! The notary as a background job.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::sleep;

use super::Notary;
use crate::daemon::job::{Job, Step};
use crate::daemon::{DaemonError, Lease};

/// Heads are signed in intervals of seconds; nobody waits for the tree meanwhile.
const POLL: Duration = Duration::from_secs(1);

pub(crate) struct NotaryJob {
    notary: Notary,
    sealed: watch::Receiver<i64>,
}

impl NotaryJob {
    pub(crate) fn new(notary: Notary, sealed: watch::Receiver<i64>) -> Self {
        Self { notary, sealed }
    }
}

#[async_trait]
impl Job for NotaryJob {
    fn lease_name(&self) -> &'static str {
        "notary"
    }

    async fn take_over(&mut self, _lease: &Lease) -> Result<(), DaemonError> {
        Ok(())
    }

    /// The row of the tree is locked while it grows: a notary that has lost its lease can add
    /// nothing twice, and signs nothing but what is there.
    async fn step(&mut self, _lease: &Lease) -> Result<Step, DaemonError> {
        let more = self.notary.step().await?;
        Ok(if more { Step::More } else { Step::Idle })
    }

    async fn wait(&mut self) {
        // First a pause, so that a busy log is hashed in batches.
        sleep(POLL).await;
        drop(tokio::time::timeout(POLL, self.sealed.changed()).await);
    }
}
