//! Personal data for display, read from the events that hold it.
//!
//! Read models keep no copies: what is destroyed by erasing a person's key is then gone everywhere.

use std::collections::HashMap;

use chaobiao_decision::PERSONAL_KEY;
use chaobiao_eventstore::{EventStore, RecordedEvent, StoreError};
use serde_json::Value;

/// Where a personal text is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonalAt {
    pub aggregate_type: &'static str,
    pub aggregate_id: String,
    pub sequence: i64,
    /// JSON pointers into the payload; the first that leads to a personal field counts.
    pub places: &'static [&'static str],
}

/// Reads texts in one query, in the order asked for; `None` stands for what has been erased.
pub async fn reveal(
    store: &EventStore,
    wanted: &[PersonalAt],
) -> Result<Vec<Option<String>>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let types: Vec<&str> = wanted.iter().map(|at| at.aggregate_type).collect();
    let ids: Vec<&str> = wanted.iter().map(|at| at.aggregate_id.as_str()).collect();
    let sequences: Vec<i64> = wanted.iter().map(|at| at.sequence).collect();
    let sql = format!(
        "SELECT {} FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::bigint[])) \
         AS w (aggregate_type, aggregate_id, sequence) \
         JOIN events e USING (aggregate_type, aggregate_id, sequence) \
         JOIN log l USING (global_position)",
        RecordedEvent::COLUMNS
    );
    let mut events: Vec<RecordedEvent> = sqlx::query_as(&sql)
        .bind(types)
        .bind(ids)
        .bind(sequences)
        .fetch_all(store.pool())
        .await?;
    store.open_events(&mut events).await?;
    let by_place: HashMap<(&str, &str, i64), Value> = events
        .iter()
        .map(|event| {
            let stream = &event.stream;
            let key = (
                stream.aggregate_type.as_str(),
                stream.aggregate_id.as_str(),
                event.sequence,
            );
            Ok((key, event.payload.decode()?))
        })
        .collect::<Result<_, StoreError>>()?;
    let text = |at: &PersonalAt| {
        let key = (at.aggregate_type, at.aggregate_id.as_str(), at.sequence);
        let payload = by_place.get(&key)?;
        at.places.iter().find_map(|place| {
            let field = payload.pointer(place)?.get(PERSONAL_KEY)?;
            Some(field.get("value")?.as_str()?.to_owned())
        })
    };
    Ok(wanted.iter().map(text).collect())
}
