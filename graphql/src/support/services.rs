//! What resolvers work with.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Result};
use async_trait::async_trait;
use chaobiao_domain::access_log::AccessEntry;
use chaobiao_eventstore::access::Access;
use chaobiao_eventstore::{CommandBus, Daemon, EventStore};
use tokio::sync::watch;

use super::{
    CollectorLinks, FrameReader, OfficialAccount, PaymentGateways, PhotoShelf, SharedAnswers,
};

/// How far the read models have come.
#[async_trait]
pub trait ReadModels: Send + Sync {
    /// Waits until every read model has seen the event at `position`; false when that took longer
    /// than `limit`.
    async fn wait_for(&self, position: i64, limit: Duration) -> bool;

    /// Changes whenever the named read model does.
    fn watch(&self, name: &str) -> Option<watch::Receiver<i64>>;
}

#[async_trait]
impl ReadModels for Daemon {
    async fn wait_for(&self, position: i64, limit: Duration) -> bool {
        Self::wait_for(self, position, limit).await
    }

    fn watch(&self, name: &str) -> Option<watch::Receiver<i64>> {
        Self::watch(self, name)
    }
}

/// Takes lines for the access log. Never waits and never fails: it is told, and writes later.
pub trait AccessRecorder: Send + Sync {
    fn record(&self, entry: AccessEntry);
}

/// Handed to the schema once; cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub bus: CommandBus,
    pub read_models: Arc<dyn ReadModels>,
    pub access: Access,
    pub access_log: Arc<dyn AccessRecorder>,
    pub photos: Arc<dyn PhotoShelf>,
    pub frames: Arc<dyn FrameReader>,
    pub gateways: Arc<dyn PaymentGateways>,
    pub collectors: Arc<dyn CollectorLinks>,
    pub official_account: Arc<dyn OfficialAccount>,
    pub shared_answers: SharedAnswers,
}

impl Services {
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data::<Self>()
    }

    pub fn store(&self) -> &EventStore {
        self.bus.store()
    }
}
