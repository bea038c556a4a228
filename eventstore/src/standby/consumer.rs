use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Executor, PgConnection};

use crate::RecordedEvent;
use crate::daemon::Projector;
use crate::daemon::consumer::{ConsumeError, Consumer, projection_lease};
use crate::policy::Effect;
use crate::standby::{checkpoint, quoted, schema};

/// A projector that writes the standby rows. Projectors never qualify their tables, so the search
/// path decides which rows they write.
pub(crate) struct StandbyConsumer {
    projector: Arc<dyn Projector>,
    checkpoint: String,
    lease_name: String,
    enter: String,
}

impl StandbyConsumer {
    pub(crate) fn new(projector: Arc<dyn Projector>) -> Self {
        let checkpoint = checkpoint(projector.name());
        let schema = quoted(&schema(projector.name()));
        Self {
            lease_name: projection_lease(&checkpoint),
            checkpoint,
            // Nothing but the standby tables is in reach.
            enter: format!("SET LOCAL search_path TO {schema}"),
            projector,
        }
    }
}

#[async_trait]
impl Consumer for StandbyConsumer {
    fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    fn lease_name(&self) -> &str {
        &self.lease_name
    }

    fn version(&self) -> i32 {
        self.projector.version()
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        self.projector.aggregate_types()
    }

    fn tables(&self) -> &'static [&'static str] {
        self.projector.tables()
    }

    fn begins_by_itself(&self) -> bool {
        false
    }

    async fn prepare(&self, _events: &[RecordedEvent]) -> Result<Vec<Effect>, ConsumeError> {
        Ok(Vec::new())
    }

    async fn write(
        &self,
        events: &[RecordedEvent],
        _effects: &[Effect],
        connection: &mut PgConnection,
    ) -> Result<(), ConsumeError> {
        enter(connection, &self.enter).await?;
        self.projector.project(events, connection).await?;
        // What follows in the transaction writes checkpoint and lease.
        enter(connection, "SET LOCAL search_path TO DEFAULT").await
    }
}

async fn enter(connection: &mut PgConnection, statement: &str) -> Result<(), ConsumeError> {
    match connection.execute(statement).await {
        Ok(_) => Ok(()),
        Err(error) => Err(crate::ProjectionError::Database(error).into()),
    }
}
