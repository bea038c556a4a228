//! Waiting for what read models show.

use std::time::Duration;

use tokio::sync::watch;

/// Waits for a read model's next change, and no longer than a time.
pub(crate) async fn change_within(time: Duration, changes: Option<&mut watch::Receiver<i64>>) {
    let moved = async {
        match changes {
            Some(changes) => drop(changes.changed().await),
            None => std::future::pending().await,
        }
    };
    let _ = tokio::time::timeout(time, moved).await;
}
