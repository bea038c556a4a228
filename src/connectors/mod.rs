//! 平台对接 at work (R17): what is due is fetched, taken in as a file of its profile, and what became of
//! it is noted. What a connector is, and when it is due, is decided in the domain.

mod fetch;
mod folder;
mod runner;

use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext, Rejection};
use chaobiao_domain::connector::{EndConnectorRun, StartConnectorRun, StartedRun};
use chaobiao_domain::units::ConnectorId;
use chaobiao_eventstore::{CommandBus, CommandError, Daemon};
use chaobiao_projections::connectors::query;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use crate::changes::change_within;
use crate::config::{Config, ConfigError};
use fetch::Platforms;
use runner::Runner;

/// Also without a change: time goes by.
const LOOK: Duration = Duration::from_secs(5);
/// Runs at a time; the others wait.
const AT_ONCE: usize = 2;

/// Runs until it is stopped.
pub struct Connectors(JoinHandle<()>);

impl Connectors {
    pub fn start(config: &Config, bus: &CommandBus, daemon: &Daemon) -> Result<Self, ConfigError> {
        let desk = Desk {
            bus: bus.clone(),
            node: config.collectors.node.clone(),
            runner: Runner {
                bus: bus.clone(),
                platforms: Platforms::open(&config.connectors)?,
                folder: config.connectors.folder.clone(),
            },
        };
        let changes = daemon.watch("connectors");
        Ok(Self(tokio::spawn(desk.run(changes))))
    }

    /// A run under way ends unnoted, and is begun anew an hour later at the latest; what it has taken
    /// in is known then.
    pub fn stop(self) {
        self.0.abort();
    }
}

#[derive(Clone)]
struct Desk {
    bus: CommandBus,
    node: String,
    runner: Runner,
}

impl Desk {
    async fn run(self, mut changes: Option<watch::Receiver<i64>>) {
        let mut running = JoinSet::new();
        loop {
            let now = self.bus.store().clock().now();
            match query::due(self.bus.store().pool(), now).await {
                Ok(due) => {
                    for connector_id in due {
                        while running.len() >= AT_ONCE {
                            running.join_next().await;
                        }
                        // Who has begun is known by the stream; the read model may be behind.
                        if let Some(started) = self.begin(&connector_id).await {
                            let desk = self.clone();
                            running.spawn(async move { desk.finish(connector_id, started).await });
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "what is due cannot be read"),
            }
            while running.try_join_next().is_some() {}
            change_within(LOOK, changes.as_mut()).await;
        }
    }

    fn context(&self) -> CommandContext {
        let actor = Actor::System("connectors".to_owned());
        CommandContext::new(Uuid::now_v7(), actor, self.bus.store().clock().now())
    }

    async fn begin(&self, connector_id: &ConnectorId) -> Option<StartedRun> {
        let start = StartConnectorRun {
            connector_id: connector_id.clone(),
            node: self.node.clone(),
        };
        match self.bus.execute(self.context(), start).await {
            Ok(started) => Some(started.outcome),
            Err(CommandError::Refused(Rejection { code, .. })) => {
                tracing::debug!(connector = %connector_id, code, "not begun");
                None
            }
            Err(error) => {
                tracing::warn!(connector = %connector_id, %error, "not begun");
                None
            }
        }
    }

    async fn finish(self, connector_id: ConnectorId, started: StartedRun) {
        let run = started.run;
        let outcome = self.runner.run(&connector_id, started).await;
        tracing::info!(connector = %connector_id, run, ?outcome, "fetched");
        let end = EndConnectorRun {
            connector_id: connector_id.clone(),
            run,
            outcome,
        };
        if let Err(error) = self.bus.execute(self.context(), end).await {
            tracing::warn!(connector = %connector_id, run, %error, "its end is not noted");
        }
    }
}
