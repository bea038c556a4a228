//! History as `cqrs-es` itself reads it.

use chaobiao_decision::{Payload, StreamId};
use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use postgres_es::PostgresEventRepository;
use serde_json::Value;

use crate::EventStore;
use crate::store::owner;

/// The stock repository over our table, with personal fields opened on the way: how an auditor's
/// replay loads an aggregate through nothing but `cqrs-es`. It never writes.
pub struct AuditRepository {
    stock: PostgresEventRepository,
    store: EventStore,
}

impl AuditRepository {
    pub fn new(store: EventStore) -> Self {
        Self {
            stock: PostgresEventRepository::new(store.pool().clone()),
            store,
        }
    }

    async fn opened(
        &self,
        mut events: Vec<SerializedEvent>,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let mut documents = Vec::with_capacity(events.len());
        for event in &mut events {
            let stream = StreamId::new(&event.aggregate_type, &event.aggregate_id);
            let sequence = i64::try_from(event.sequence).unwrap_or(i64::MAX);
            documents.push((owner(&stream, sequence), &mut event.payload));
        }
        self.store
            .cipher()
            .open(documents)
            .await
            .map_err(|error| PersistenceError::UnknownError(Box::new(error)))?;
        for event in &mut events {
            let mut payload = Payload::from(event.payload.take());
            let (kind, version) = (&mut event.event_type, &mut event.event_version);
            self.store
                .upcasters()
                .upcast(kind, version, &mut payload)
                .and_then(|()| payload.decode())
                .map(|present| event.payload = present)
                .map_err(|error| PersistenceError::UnknownError(Box::new(error)))?;
        }
        Ok(events)
    }
}

fn read_only<T>() -> Result<T, PersistenceError> {
    let refusal = std::io::Error::other("events are written by the command bus alone");
    Err(PersistenceError::UnknownError(Box::new(refusal)))
}

impl PersistedEventRepository for AuditRepository {
    async fn get_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.opened(self.stock.get_events::<A>(aggregate_id).await?)
            .await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.opened(
            self.stock
                .get_last_events::<A>(aggregate_id, last_sequence)
                .await?,
        )
        .await
    }

    async fn get_snapshot<A: Aggregate>(
        &self,
        _aggregate_id: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        _events: &[SerializedEvent],
        _snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        read_only()
    }

    async fn stream_events<A: Aggregate>(
        &self,
        _aggregate_id: &str,
    ) -> Result<ReplayStream, PersistenceError> {
        read_only()
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        read_only()
    }
}
