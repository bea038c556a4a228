//! Events a consumer could not take: looked at and tried again.

use chaobiao_eventstore::operate::{parked, retry_parked_policy, retry_parked_projection};
use clap::{Args, Subcommand};

use crate::app::Core;
use crate::config::Config;
use crate::erasure::Keepers;
use crate::policies;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 列出搁置的事件（每行一个 JSON）
    List,
    /// 按顺序重试全部搁置的事件
    Retry,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => self.action.run(&config, &core).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl Action {
    async fn run(self, config: &Config, core: &Core) -> Result<(), CommandError> {
        match self {
            Self::List => {
                for event in parked(core.store.pool()).await? {
                    output::line(&serde_json::to_string(&event)?)?;
                }
                Ok(())
            }
            Self::Retry => retry(core, core.keepers(config)?).await,
        }
    }
}

async fn retry(core: &Core, keepers: Keepers) -> Result<(), CommandError> {
    let mut still_parked = 0;
    for projector in chaobiao_projections::all(&core.store) {
        let name = projector.name();
        let retried = retry_parked_projection(&core.store, projector).await?;
        still_parked += retried.still_parked;
        output::line(&format!("{name}：{}", serde_json::to_string(&retried)?))?;
    }
    for policy in policies::all(keepers, core.analyst.clone()) {
        let name = policy.name();
        let retried = retry_parked_policy(&core.bus, policy).await?;
        still_parked += retried.still_parked;
        output::line(&format!("{name}：{}", serde_json::to_string(&retried)?))?;
    }
    if still_parked == 0 { Ok(()) } else { Err(format!("仍有 {still_parked} 个事件搁置").into()) }
}
