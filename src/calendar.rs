//! The State Council lists that come with the product, loaded by command like any other.

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::calendar::{CalendarError, shipped_years};
use chaobiao_domain::work_calendar::LoadYear;
use chaobiao_eventstore::{CommandBus, CommandError, StoreError};
use thiserror::Error;

/// Why the lists could not be loaded.
#[derive(Debug, Error)]
pub enum CalendarLoadError {
    #[error(transparent)]
    List(#[from] CalendarError),
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// Loads every shipped list once. A list the centre has corrected since stays as it is: the command
/// of the shipped one has had its answer.
pub async fn load_shipped(bus: &CommandBus) -> Result<(), CalendarLoadError> {
    for list in shipped_years()? {
        let text = serde_json::to_string(&list).map_err(StoreError::from);
        let id = bus.command_id("system/work_calendar", &text.map_err(CommandError::from)?);
        let actor = Actor::System("work_calendar".to_owned());
        let context = CommandContext::new(id, actor, bus.store().clock().now());
        bus.execute(context, LoadYear { list }).await?;
    }
    Ok(())
}
