//! 开账 in the background: runs that nobody has brought on for some seconds, be it that their request
//! has answered or that a server was killed, are carried on to their end.

use std::time::Duration;

use chaobiao_domain::units::BillingRunId;
use chaobiao_eventstore::CommandBus;
use chaobiao_graphql::billing::drive;
use chaobiao_projections::billing_runs::query;
use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// A run rests because nothing happens, so nothing tells of it.
const LOOK: Duration = Duration::from_secs(1);
/// Longer than some hundred bills take. Should a driver be slower, two do the same, and no harm.
const RESTS: TimeDelta = TimeDelta::seconds(5);

/// Works until it is stopped. Several nodes may do it at once: a chunk of accounts is counted once,
/// whoever bills it.
pub struct BillingRuns {
    task: JoinHandle<()>,
    stopping: watch::Sender<bool>,
}

impl BillingRuns {
    pub fn start(bus: &CommandBus) -> Self {
        let stopping = watch::Sender::new(false);
        let worker = Worker {
            bus: bus.clone(),
            stopping: stopping.subscribe(),
        };
        let task = tokio::spawn(worker.run());
        Self { task, stopping }
    }

    /// Returns when the accounts under way are billed and noted.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        // A panic has been reported by itself.
        let _ = self.task.await;
    }
}

struct Worker {
    bus: CommandBus,
    stopping: watch::Receiver<bool>,
}

impl Worker {
    async fn run(mut self) {
        while !self.is_stopping() {
            let since = self.bus.store().clock().now() - RESTS;
            match query::resting(self.bus.store().pool(), since).await {
                Ok(resting) => {
                    for run_id in resting {
                        self.carry_on(&run_id).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "which billing runs rest cannot be read"),
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                _ = self.stopping.wait_for(|stopping| *stopping) => {}
            }
        }
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// What goes wrong is tried again once the run has rested; the others do not wait for it.
    async fn carry_on(&self, run_id: &BillingRunId) {
        match drive(&self.bus, run_id, || !self.is_stopping()).await {
            Ok(driven) if driven.run.is_finished => {
                tracing::info!(run = %run_id, counts = ?driven.run.counts, "billed");
            }
            Ok(_) => tracing::info!(run = %run_id, "left to another driver, or to the next start"),
            Err(error) => tracing::warn!(run = %run_id, %error, "a billing run does not go on"),
        }
    }
}
