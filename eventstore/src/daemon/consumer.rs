//! What read models and policies have in common.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::PgConnection;

use crate::RecordedEvent;
use crate::daemon::{ProjectionError, Projector};
use crate::policy::Effect;

/// Somebody who takes every event of some types, once and in order.
#[async_trait]
pub(crate) trait Consumer: Send + Sync {
    /// Name of its checkpoint.
    fn checkpoint(&self) -> &str;

    fn lease_name(&self) -> &str;

    fn version(&self) -> i32;

    fn aggregate_types(&self) -> &'static [&'static str];

    /// Tables to be emptied when it begins anew.
    fn tables(&self) -> &'static [&'static str];

    /// Whether it may begin at the first event when it has no checkpoint.
    fn begins_by_itself(&self) -> bool {
        true
    }

    /// What must happen outside the checkpoint's transaction. It may be repeated.
    async fn prepare(&self, events: &[RecordedEvent]) -> Result<Vec<Effect>, ConsumeError>;

    /// What is committed together with the checkpoint.
    async fn write(
        &self,
        events: &[RecordedEvent],
        effects: &[Effect],
        connection: &mut PgConnection,
    ) -> Result<(), ConsumeError>;
}

/// Why events could not be taken.
#[derive(Debug)]
pub(crate) struct ConsumeError {
    /// For operators; without values, since those may be personal.
    pub(crate) message: String,
    /// The events are not to blame: try the same again.
    pub(crate) passing: bool,
}

impl ConsumeError {
    pub(crate) fn new(error: &dyn std::error::Error, passing: bool) -> Self {
        Self {
            message: without_values(&crate::error::chain(error)),
            passing,
        }
    }
}

impl From<ProjectionError> for ConsumeError {
    fn from(error: ProjectionError) -> Self {
        Self::new(&error, error.is_passing())
    }
}

/// Drops what stands between double quotes: that is where parsers put the value they choke on.
fn without_values(message: &str) -> String {
    let mut quoted = false;
    let mut kept = String::with_capacity(message.len());
    for character in message.chars() {
        if character == '"' {
            quoted = !quoted;
            if quoted {
                kept.push_str("\"…\"");
            }
        } else if !quoted {
            kept.push(character);
        }
    }
    kept
}

/// A read model as a consumer.
pub(crate) struct ProjectionConsumer {
    projector: Arc<dyn Projector>,
    lease_name: String,
}

impl ProjectionConsumer {
    pub(crate) fn new(projector: Arc<dyn Projector>) -> Self {
        let lease_name = projection_lease(projector.name());
        Self {
            projector,
            lease_name,
        }
    }
}

pub(crate) fn projection_lease(name: &str) -> String {
    format!("projection:{name}")
}

#[async_trait]
impl Consumer for ProjectionConsumer {
    fn checkpoint(&self) -> &str {
        self.projector.name()
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

    async fn prepare(&self, _events: &[RecordedEvent]) -> Result<Vec<Effect>, ConsumeError> {
        Ok(Vec::new())
    }

    async fn write(
        &self,
        events: &[RecordedEvent],
        _effects: &[Effect],
        connection: &mut PgConnection,
    ) -> Result<(), ConsumeError> {
        Ok(self.projector.project(events, connection).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_no_values() {
        let message = r#"invalid type: string "王小明", expected u64 at "x""#;
        assert_eq!(
            without_values(message),
            r#"invalid type: string "…", expected u64 at "…""#
        );
    }
}
