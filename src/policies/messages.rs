//! A message that somebody sends again goes out as it was, under a number of its own.

use async_trait::async_trait;
use chaobiao_domain::message::MessageEvent;
use chaobiao_eventstore::{
    EventStore, OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent,
};
use chaobiao_projections::messages;
use uuid::Uuid;

pub(super) struct Messages(pub(super) EventStore);

#[async_trait]
impl Policy for Messages {
    fn name(&self) -> &'static str {
        "messages"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["message"]
    }

    /// What it says stands in the outbox.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let MessageEvent::Resent(resent) = event.decode()? else {
            return Ok(Vec::new());
        };
        let number = resent.message_id.as_str();
        let id =
            Uuid::try_parse(number).map_err(|error| PolicyError::Invalid(error.to_string()))?;
        // Nothing is left of it when its reader was erased meanwhile.
        let Some((channel, mut message)) = messages::query::content(&self.0, id).await? else {
            return Ok(Vec::new());
        };
        message["resends"] = number.into();
        let message = OutboxMessage { channel, message };
        let label = "again".to_owned();
        Ok(vec![Reaction::Tell { message, label }])
    }
}
