//! Forgetting, every hour, what is over: sessions, codes, counted tries.

use std::time::Duration;

use chaobiao_eventstore::access::Access;

use crate::shutdown::Shutdown;

const EVERY: Duration = Duration::from_hours(1);

/// Runs until the end is asked for. Several nodes may do it at once: what is gone is gone.
pub async fn forget_regularly(access: Access, shutdown: Shutdown) {
    loop {
        match access.purge().await {
            Ok(forgotten) => tracing::debug!(forgotten, "what is over was forgotten"),
            Err(error) => tracing::warn!(%error, "what is over could not be forgotten"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.requested() => return,
        }
    }
}
