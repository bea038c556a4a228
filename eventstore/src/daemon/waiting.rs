//! Waiting for what one has written.

use std::time::Duration;

use tokio::time::timeout;

use crate::StoreError;
use crate::daemon::Daemon;

/// How long the sealer of this node may take before the database is asked.
const ASK_AFTER: Duration = Duration::from_millis(50);
/// Further behind than this, read models are being built: waiting would be in vain.
const HOPELESS_LEAVES: i64 = 20_000;

impl Daemon {
    /// Waits until all read models show the event at a position (`Executed::position`). `false`
    /// when that takes longer than `limit`.
    pub async fn wait_for(&self, position: i64, limit: Duration) -> bool {
        timeout(limit, self.reach(position)).await.unwrap_or(false)
    }

    async fn reach(&self, position: i64) -> bool {
        let Ok(leaf) = self.leaf_of(position).await else {
            return false;
        };
        let mut lowest = self.0.progress.lowest();
        if *lowest.borrow() + HOPELESS_LEAVES < leaf
            || (*lowest.borrow() <= leaf && self.0.progress.is_frozen())
        {
            return false;
        }
        lowest.wait_for(|lowest| *lowest > leaf).await.is_ok()
    }

    /// The leaf of a committed event, as soon as it is sealed.
    async fn leaf_of(&self, position: i64) -> Result<i64, StoreError> {
        let progress = &self.0.progress;
        let mut sealed = progress.sealed();
        loop {
            if let Some(leaf) = progress.leaf_of(position) {
                return Ok(leaf);
            }
            if let Ok(Ok(())) = timeout(ASK_AFTER, sealed.changed()).await {
                continue;
            }
            let leaf: Option<i64> =
                sqlx::query_scalar("SELECT leaf_index FROM log WHERE global_position = $1")
                    .bind(position)
                    .fetch_optional(self.0.bus.store().pool())
                    .await?;
            if let Some(leaf) = leaf {
                return Ok(leaf);
            }
        }
    }

    /// Waits until nothing is left to do: every event is sealed and taken by every read model and
    /// policy, and no due command waits whose time has come. For
    /// simulations, which must not let time run ahead of what follows from it.
    pub async fn settle(&self, limit: Duration) -> bool {
        timeout(limit, self.settled())
            .await
            .is_ok_and(|result| result.is_ok())
    }

    async fn settled(&self) -> Result<(), StoreError> {
        let store = self.0.bus.store();
        let mut seen = None;
        loop {
            let (position, leaf, busy): (i64, Option<i64>, bool) = sqlx::query_as(
                "SELECT last.position,
                        (SELECT leaf_index FROM log WHERE global_position = last.position),
                        EXISTS (SELECT FROM due WHERE state = 'waiting' AND due_at <= $1)
                 FROM (SELECT coalesce(max(global_position), 0) AS position FROM events) AS last",
            )
            .bind(store.clock().now())
            .fetch_one(store.pool())
            .await?;
            let leaf = if position == 0 { Some(-1) } else { leaf };
            let taken = leaf.is_some_and(|leaf| self.0.progress.last() > leaf);
            // What was taken may have been answered with further commands: look once more.
            if taken && !busy && seen == Some(position) {
                return Ok(());
            }
            seen = (taken && !busy).then_some(position);
            if seen.is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
}
