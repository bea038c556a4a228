//! A handle on the store: pool, keys, clock, and the stories it can tell.

use std::sync::Arc;

use chaobiao_decision::StreamId;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::keys::keyed_hash;
use crate::sealer::current_epoch;
use crate::{Cipher, Clock, Entropy, MasterKey, RecordedEvent, StoreError, SystemEntropy};

/// Shared by everything that reads or writes events; cheap to clone.
#[derive(Clone, Debug)]
pub struct EventStore {
    pool: PgPool,
    cipher: Cipher,
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) epoch: i32,
    command_key: [u8; 32],
    claim_key: [u8; 32],
    committed: Arc<Notify>,
}

impl EventStore {
    /// Opens a migrated database and makes sure its cluster has an epoch.
    pub async fn open(
        pool: PgPool,
        master: &MasterKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let epoch = current_epoch(&pool).await?;
        Ok(Self {
            cipher: Cipher::new(pool.clone(), master, Arc::clone(&entropy)),
            pool,
            clock,
            entropy,
            epoch,
            command_key: master.derive("command-body"),
            claim_key: master.derive("claim-key"),
            committed: Arc::default(),
        })
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Whether nothing was ever written.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let empty = sqlx::query_scalar("SELECT NOT EXISTS (SELECT FROM events)");
        Ok(empty.fetch_one(&self.pool).await?)
    }

    pub fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    /// Woken after each commit of this process; the sealer waits for it.
    pub fn committed(&self) -> &Arc<Notify> {
        &self.committed
    }

    /// Decrypts the personal fields of events.
    pub async fn open_events(&self, events: &mut [RecordedEvent]) -> Result<(), StoreError> {
        let mut documents = Vec::new();
        for event in events {
            if let Some(payload) = event.payload.personal()? {
                documents.push((owner(&event.stream, event.sequence), payload));
            }
        }
        self.cipher.open(documents).await
    }

    /// A stream's sealed history, decrypted, in order.
    pub async fn history(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        let sql = format!(
            "SELECT {} FROM events e JOIN log l USING (global_position) \
             WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 ORDER BY e.sequence",
            RecordedEvent::COLUMNS
        );
        let mut events: Vec<RecordedEvent> = sqlx::query_as(&sql)
            .bind(&stream.aggregate_type)
            .bind(&stream.aggregate_id)
            .fetch_all(&self.pool)
            .await?;
        self.open_events(&mut events).await?;
        Ok(events)
    }

    pub(crate) fn body_hmac(&self, name: &str, body: &[u8]) -> [u8; 32] {
        keyed_hash(&self.command_key, &[name.as_bytes(), body])
    }

    pub(crate) fn scope_hmac(&self, scope: &str, key: &str) -> [u8; 32] {
        keyed_hash(
            &self.command_key,
            &[b"scope", scope.as_bytes(), key.as_bytes()],
        )
    }

    pub(crate) fn claim_hmac(&self, kind: &str, key: &str) -> [u8; 32] {
        keyed_hash(&self.claim_key, &[kind.as_bytes(), key.as_bytes()])
    }
}

/// What binds a sealed personal field to its event.
pub(crate) fn owner(stream: &StreamId, sequence: i64) -> String {
    format!("{stream}#{sequence}")
}

/// What binds a sealed personal field to its message in the outbox.
pub fn owner_of_message(id: uuid::Uuid) -> String {
    format!("outbox/{id}")
}
