//! What resolvers work with.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Result};
use async_trait::async_trait;
use chaobiao_eventstore::{CommandBus, EventStore};

/// Lets a mutation answer with what it has just written.
#[async_trait]
pub trait ReadModels: Send + Sync {
    /// Waits until every read model has seen the event at `position`; false when that took longer
    /// than `limit`.
    async fn wait_for(&self, position: i64, limit: Duration) -> bool;
}

/// Handed to the schema once; cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub bus: CommandBus,
    pub read_models: Arc<dyn ReadModels>,
}

impl Services {
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data::<Self>()
    }

    pub fn store(&self) -> &EventStore {
        self.bus.store()
    }
}
