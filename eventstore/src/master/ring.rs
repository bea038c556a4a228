use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::aead::{decrypt, encrypt};
use crate::{Entropy, MasterKey, StoreError};

/// Whoever wraps a key holds this advisory lock shared from before it asks for the newest master key
/// until the wrapped key is committed; whoever changes the master key takes it alone once.
pub(crate) const WRAPPING_LOCK: i64 = 0x6362_6d6b;

/// Where the master keys come from. They are read again when a key is wrapped and when one turns up
/// that nobody knew yet, so that a change needs no restart.
pub trait MasterKeys: fmt::Debug + Send + Sync {
    /// The present one; while it is being changed, the next one after it.
    fn read(&self) -> std::io::Result<Vec<MasterKey>>;
}

/// A key that never changes.
impl MasterKeys for MasterKey {
    fn read(&self) -> std::io::Result<Vec<MasterKey>> {
        Ok(vec![self.clone()])
    }
}

/// A key wrapped by a master key.
#[derive(Clone, Debug)]
pub(crate) struct Wrapped {
    pub(crate) key: Vec<u8>,
    /// Absent: from before the master key could change.
    pub(crate) by: Option<Vec<u8>>,
}

/// The master keys this process knows.
#[derive(Debug)]
pub(crate) struct Ring {
    source: Arc<dyn MasterKeys>,
    known: RwLock<Vec<MasterKey>>,
}

impl Ring {
    pub(crate) fn open(source: Arc<dyn MasterKeys>) -> Result<Self, StoreError> {
        let ring = Self {
            source,
            known: RwLock::default(),
        };
        ring.read_again()?;
        Ok(ring)
    }

    /// The one in use, also while it is being changed.
    pub(crate) fn present(&self) -> Result<MasterKey, StoreError> {
        self.known()
            .into_iter()
            .next()
            .ok_or(StoreError::NoMasterKey)
    }

    /// The one to wrap by from now on.
    pub(crate) fn newest(&self) -> Result<MasterKey, StoreError> {
        self.read_again()?;
        self.known().pop().ok_or(StoreError::NoMasterKey)
    }

    pub(crate) fn unwrap(&self, wrapped: &Wrapped, place: &str) -> Result<[u8; 32], StoreError> {
        if let Some(key) = self.unwrap_known(wrapped, place) {
            return Ok(key);
        }
        self.read_again()?;
        self.unwrap_known(wrapped, place)
            .ok_or(StoreError::OtherMasterKey)
    }

    fn unwrap_known(&self, wrapped: &Wrapped, place: &str) -> Option<[u8; 32]> {
        self.known()
            .iter()
            .filter(|master| wrapped.by.as_ref().is_none_or(|by| *by == master.id()))
            .find_map(|master| master.unwrap(&wrapped.key, place).ok())
    }

    fn known(&self) -> Vec<MasterKey> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn read_again(&self) -> Result<(), StoreError> {
        let keys = self.source.read().map_err(StoreError::MasterKeyUnread)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }
}

impl MasterKey {
    /// Tells it from others without giving it away.
    pub(crate) fn id(&self) -> Vec<u8> {
        self.derive("key-id")[..8].to_vec()
    }

    pub(crate) fn wrap(
        &self,
        entropy: &dyn Entropy,
        key: &[u8; 32],
        place: &str,
    ) -> Result<Vec<u8>, StoreError> {
        encrypt(entropy, &self.wrapping_key(), key, place)
    }

    fn unwrap(&self, wrapped: &[u8], place: &str) -> Result<[u8; 32], StoreError> {
        decrypt(&self.wrapping_key(), wrapped, place)?
            .try_into()
            .map_err(|_| StoreError::Cipher("a wrapped key has the wrong length"))
    }

    fn wrapping_key(&self) -> [u8; 32] {
        self.derive("subject-key-wrapping")
    }
}
