//! Closing a batch over what has not been exported yet.

use std::fmt::Display;
use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext, Process};
use chaobiao_eventstore::{CommandError, Daemon};
use uuid::Uuid;

use super::ExportError;
use crate::app::Core;

const ATTEMPTS: usize = 5;
/// How long the read models may take to show a new batch.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// Counts with `count` and closes a batch over what it found; `None` when it found nothing.
/// Batches closed by others meanwhile, refused as `counted_before`, only mean to count again.
pub(super) async fn close<P, F>(
    core: &Core,
    daemon: &Daemon,
    actor: &Actor,
    counted_before: &str,
    mut count: impl FnMut() -> F,
) -> Result<Option<P::Outcome>, ExportError>
where
    P: Process<Outcome: Display>,
    F: Future<Output = Result<Option<P>, sqlx::Error>>,
{
    let mut attempts = 0;
    loop {
        attempts += 1;
        let Some(create) = count().await? else {
            return Ok(None);
        };
        let context = CommandContext::new(Uuid::now_v7(), actor.clone(), core.store.clock().now());
        match core.bus.execute(context, create).await {
            Ok(executed) => {
                let shown = match executed.position {
                    Some(position) => daemon.wait_for(position, SHOWN_WITHIN).await,
                    None => true,
                };
                let batch = executed.outcome;
                return if shown {
                    Ok(Some(batch))
                } else {
                    Err(ExportError::Behind(batch.to_string()))
                };
            }
            Err(CommandError::Refused(refused))
                if refused.code == counted_before && attempts < ATTEMPTS =>
            {
                // The other batch has to be seen before it can be counted around.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
