//! What policies that gather ask of read models: that they have seen the event at hand.

use chaobiao_eventstore::{EventStore, PolicyError, RecordedEvent, StoreError, operate};

/// Ends with "not yet" as long as one of the named read models is behind the event.
pub(super) async fn require(
    store: &EventStore,
    names: &[&str],
    event: &RecordedEvent,
) -> Result<(), PolicyError> {
    let models = operate::consumers(store.pool()).await.map_err(later)?;
    let behind = names.iter().find(|name| {
        let model = models.iter().find(|model| model.name == **name);
        model.is_none_or(|model| model.next_leaf <= event.leaf_index)
    });
    match behind {
        Some(name) => Err(PolicyError::NotYet(format!(
            "the read model {name} is behind"
        ))),
        None => Ok(()),
    }
}

/// A question that could not be asked now can be asked again.
pub(super) fn later(error: impl std::fmt::Display) -> PolicyError {
    PolicyError::NotYet(error.to_string())
}

/// The history of the stream an event is of, up to it.
pub(super) async fn history(
    store: &EventStore,
    event: &RecordedEvent,
) -> Result<Vec<RecordedEvent>, StoreError> {
    let mut history = store.history(&event.stream).await?;
    history.retain(|earlier| earlier.sequence <= event.sequence);
    Ok(history)
}
