//! A handle on the store: pool, keys, clock, and the stories it can tell.

use std::sync::Arc;

use chaobiao_decision::{StreamId, Upcasters};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::keys::{BlindIndex, keyed_hash};
use crate::master::{HashingKeys, MasterKeys, Ring};
use crate::sealer::current_epoch;
use crate::snapshot::SnapshotOptions;
use crate::{Cipher, Clock, Entropy, MasterKey, RecordedEvent, StoreError, SystemEntropy};

/// Shared by everything that reads or writes events; cheap to clone.
#[derive(Clone, Debug)]
pub struct EventStore {
    pool: PgPool,
    cipher: Cipher,
    upcasters: Upcasters,
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) epoch: i32,
    command_key: [u8; 32],
    claim_key: [u8; 32],
    blind_index: BlindIndex,
    hashing_keys: HashingKeys,
    pub(crate) snapshots: Option<SnapshotOptions>,
    committed: Arc<Notify>,
}

impl EventStore {
    /// Opens a migrated database and makes sure its cluster has an epoch.
    pub async fn open(
        pool: PgPool,
        master: &MasterKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        Self::open_with(pool, Arc::new(master.clone()), clock).await
    }

    /// [`EventStore::open`] with master keys that may change.
    pub async fn open_with(
        pool: PgPool,
        masters: Arc<dyn MasterKeys>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let ring = Arc::new(Ring::open(masters)?);
        let keys = HashingKeys::load(&pool, &ring).await?;
        let epoch = current_epoch(&pool).await?;
        Ok(Self {
            cipher: Cipher::new(pool.clone(), ring, Arc::clone(&entropy)),
            pool,
            upcasters: Upcasters::default(),
            clock,
            entropy,
            epoch,
            command_key: keys.of("command-body")?,
            claim_key: keys.of("claim-key")?,
            blind_index: BlindIndex::new(keys.of("blind-index")?),
            hashing_keys: keys,
            snapshots: None,
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

    /// By what read models find sealed texts.
    pub fn blind_index(&self) -> &BlindIndex {
        &self.blind_index
    }

    /// The key of tokens handed out and taken back, which stays when the master key changes.
    pub fn hashing_key(&self, purpose: &'static str) -> Result<[u8; 32], StoreError> {
        self.hashing_keys.of(purpose)
    }

    pub(crate) fn hashing_keys(&self) -> &HashingKeys {
        &self.hashing_keys
    }

    /// Woken after each commit of this process; the sealer waits for it.
    pub fn committed(&self) -> &Arc<Notify> {
        &self.committed
    }

    /// With the upcasters of whoever owns the events. Everything the store reads passes them.
    #[must_use]
    pub fn with_upcasters(mut self, upcasters: Upcasters) -> Self {
        self.upcasters = upcasters;
        self
    }

    pub(crate) fn upcasters(&self) -> &Upcasters {
        &self.upcasters
    }

    /// Decrypts the personal fields of events and brings each into its present form.
    pub async fn open_events(&self, events: &mut [RecordedEvent]) -> Result<(), StoreError> {
        let mut documents = Vec::new();
        for event in &mut *events {
            if let Some(payload) = event.payload.personal()? {
                documents.push((owner(&event.stream, event.sequence), payload));
            }
        }
        self.cipher.open(documents).await?;
        for event in events {
            let (kind, version) = (&mut event.event_type, &mut event.event_version);
            self.upcasters.upcast(kind, version, &mut event.payload)?;
        }
        Ok(())
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
