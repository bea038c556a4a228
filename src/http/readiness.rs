use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use tokio::time::timeout;

/// A balancer asks every few seconds and takes silence for a no.
const PATIENCE: Duration = Duration::from_secs(2);

type Check = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// What must hold before this node gets requests. Each part of the server adds its own check.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Vec<(&'static str, Check)>,
}

impl Readiness {
    #[must_use]
    pub fn with<F>(
        mut self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        self.checks
            .push((name, Arc::new(move || Box::pin(check()))));
        self
    }

    /// The names only: details of a failure are for the log, not for whoever asks.
    pub(super) async fn failures(&self) -> Vec<&'static str> {
        let answers = self.checks.iter().map(|(name, check)| async {
            let passed = timeout(PATIENCE, check()).await.unwrap_or(false);
            (!passed).then_some(*name)
        });
        join_all(answers).await.into_iter().flatten().collect()
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.checks.iter().map(|(name, _)| *name).collect();
        formatter.debug_tuple("Readiness").field(&names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_fails_is_named() {
        let readiness = Readiness::default()
            .with("database", async || true)
            .with("projections", async || false);
        assert_eq!(readiness.failures().await, ["projections"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_fails() {
        let readiness = Readiness::default().with("database", std::future::pending::<bool>);
        assert_eq!(readiness.failures().await, ["database"]);
    }
}
