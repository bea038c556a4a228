//! Learns from the database what other nodes have done.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use crate::daemon::job::Node;
use crate::daemon::progress::Progress;
use crate::sealer::SEALED_CHANNEL;

/// How often to look when nobody tells.
const POLL: Duration = Duration::from_millis(500);
/// How often to look while a read model that runs elsewhere is behind.
const POLL_BEHIND: Duration = Duration::from_millis(50);

pub(crate) async fn run(mut node: Node, progress: Arc<Progress>) {
    let mut listener = None;
    let mut stopping = node.stopping.clone();
    while !*node.stopping.borrow() {
        let behind = match look(&node.pool, &progress).await {
            Ok(behind) => behind,
            Err(error) => {
                tracing::warn!(%error, "the progress of other nodes is unknown");
                false
            }
        };
        if listener.is_none() {
            listener = listen(&node.pool).await;
        }
        let limit = if behind { POLL_BEHIND } else { POLL };
        tokio::select! {
            told = timeout(limit, next(&mut listener)) => {
                if let Ok(Some(next_leaf)) = told {
                    progress.seal_reached(next_leaf);
                }
            }
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        pause_if_silent(&mut node, listener.is_none()).await;
    }
}

/// Without a connection to listen on, one poll follows the other only after a while.
async fn pause_if_silent(node: &mut Node, silent: bool) {
    if silent {
        node.pause(POLL).await;
    }
}

async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(SEALED_CHANNEL).await.ok()?;
    Some(listener)
}

/// The next leaf another sealer, or this node's, announces. `None` when the connection is lost.
async fn next(listener: &mut Option<PgListener>) -> Option<i64> {
    let told = listener.as_mut()?.try_recv().await;
    if let Ok(Some(notification)) = told {
        return notification.payload().parse().ok();
    }
    *listener = None;
    None
}

/// Reads the end of the log and the checkpoints of consumers that run elsewhere. `true` when one
/// of them is behind.
async fn look(pool: &PgPool, progress: &Progress) -> Result<bool, sqlx::Error> {
    let sealed: i64 = sqlx::query_scalar("SELECT next_leaf FROM sealer")
        .fetch_one(pool)
        .await?;
    progress.seal_reached(sealed);
    let elsewhere = progress.not_held();
    if elsewhere.is_empty() {
        return Ok(false);
    }
    let positions: Vec<(String, i64)> =
        sqlx::query_as("SELECT name, next_leaf FROM projection WHERE name = ANY($1)")
            .bind(&elsewhere)
            .fetch_all(pool)
            .await?;
    let mut behind = positions.len() < elsewhere.len();
    for (name, next_leaf) in positions {
        behind |= next_leaf < sealed;
        progress.followed(&name, next_leaf);
    }
    Ok(behind)
}
