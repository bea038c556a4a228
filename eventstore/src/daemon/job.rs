//! The life of a leased background job.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::daemon::{DaemonError, Lease};
use crate::error::chain;

const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// Whether a step left something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    More,
    Idle,
    /// What the job remembers is out of date: take over again.
    Restart,
}

/// Work that one runner does at a time, step by step.
#[async_trait]
pub(crate) trait Job: Send {
    fn lease_name(&self) -> &str;

    /// Called with a new lease: whatever this runner remembers may be out of date.
    async fn take_over(&mut self, lease: &Lease) -> Result<(), DaemonError>;

    /// Does a bounded piece of work.
    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError>;

    /// Returns when there may be something to do again.
    async fn wait(&mut self);

    /// The lease is gone.
    fn let_go(&mut self) {}
}

/// What all jobs of one node share.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) pool: PgPool,
    pub(crate) id: Uuid,
    pub(crate) lease_duration: Duration,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Node {
    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns after `duration`, or at once when the node stops.
    pub(crate) async fn pause(&mut self, duration: Duration) {
        tokio::select! {
            () = sleep(duration) => {}
            _ = self.stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// Runs a job whenever this node can get its lease, until the node stops.
pub(crate) async fn run(mut job: impl Job, mut node: Node) {
    while !node.is_stopping() {
        match Lease::take(&node.pool, job.lease_name(), node.id, node.lease_duration).await {
            Ok(Some(lease)) => {
                let left = hold(&mut job, &lease, &mut node).await;
                job.let_go();
                if let Err(error) = lease.release(&node.pool).await {
                    tracing::warn!(job = job.lease_name(), %error, "the lease was not given up");
                }
                if left == Left::ToOthers {
                    node.pause(node.lease_duration / 3).await;
                }
            }
            Ok(None) => node.pause(node.lease_duration / 3).await,
            Err(error) => {
                tracing::warn!(job = job.lease_name(), %error, "the lease was not taken");
                node.pause(BACKOFF_MAX.min(node.lease_duration)).await;
            }
        }
    }
}

/// Why a runner has let its lease go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// It is over, or has been lost.
    Ended,
    /// This program cannot do the work; another one can.
    ToOthers,
}

/// Steps through the work until the lease is lost or the node stops. A step under way is always
/// finished.
async fn hold(job: &mut impl Job, lease: &Lease, node: &mut Node) -> Left {
    let mut backoff = BACKOFF_MIN;
    let mut known = false;
    let mut renewed = Instant::now();
    while !node.is_stopping() {
        let mut result = renew(lease, node, &mut renewed).await;
        if result.is_ok() && !known {
            result = job.take_over(lease).await;
            known = result.is_ok();
        }
        let step = match result {
            Ok(()) => job.step(lease).await,
            Err(error) => Err(error),
        };
        match step {
            Ok(Step::More) => backoff = BACKOFF_MIN,
            Ok(Step::Restart) => known = false,
            Ok(Step::Idle) => {
                backoff = BACKOFF_MIN;
                tokio::select! {
                    () = job.wait() => {}
                    () = sleep(lease.duration / 3) => {}
                    _ = node.stopping.wait_for(|stopping| *stopping) => {}
                }
            }
            Err(DaemonError::LeaseLost { name }) => {
                tracing::warn!(job = name, "somebody else has taken over");
                return Left::Ended;
            }
            Err(error @ DaemonError::OtherVersion { .. }) => {
                tracing::debug!(job = lease.name, %error, "left to another program");
                return Left::ToOthers;
            }
            Err(error) => {
                metrics::counter!("chaobiao_job_errors_total", "job" => lease.name.clone())
                    .increment(1);
                tracing::error!(job = lease.name, error = %chain(&error), "a step failed");
                // What the job remembers may not be what was committed.
                known = false;
                node.pause(backoff).await;
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        }
    }
    Left::Ended
}

async fn renew(lease: &Lease, node: &Node, renewed: &mut Instant) -> Result<(), DaemonError> {
    if renewed.elapsed() >= lease.duration / 3 {
        let mut connection = node.pool.acquire().await?;
        lease.confirm(&mut connection).await?;
        *renewed = Instant::now();
    }
    Ok(())
}
