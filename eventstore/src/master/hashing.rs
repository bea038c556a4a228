use std::collections::BTreeMap;
use std::fmt;

use sqlx::PgPool;

use super::{Ring, Wrapped};
use crate::{MasterKey, StoreError};

/// What keyed hashes and tokens are for. Those of commands, claims and sealed texts are stored for
/// ever; the others would only fail until every node has been started again.
const PURPOSES: [&str; 5] = [
    "command-body",
    "claim-key",
    "blind-index",
    "access",
    "cursor",
];

/// The keys of keyed hashes: derived from the first master key, and the same ever after.
#[derive(Clone)]
pub(crate) struct HashingKeys(BTreeMap<String, [u8; 32]>);

impl HashingKeys {
    /// Also notes, on a new database, which master key its hashes come from.
    pub(crate) async fn load(pool: &PgPool, ring: &Ring) -> Result<Self, StoreError> {
        let rows: Vec<(String, Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT purpose, wrapped_key, wrapped_by FROM hashing_key")
                .fetch_all(pool)
                .await?;
        if rows.is_empty() {
            let present = ring.present()?;
            check_origin(pool, &present).await?;
            return Ok(Self::derived(&present));
        }
        let mut keys = BTreeMap::new();
        for (purpose, key, by) in rows {
            let wrapped = Wrapped { key, by: Some(by) };
            let key = ring.unwrap(&wrapped, &place(&purpose))?;
            keys.insert(purpose, key);
        }
        Ok(Self(keys))
    }

    fn derived(master: &MasterKey) -> Self {
        let derive = |purpose: &str| (purpose.to_owned(), master.derive(purpose));
        Self(PURPOSES.into_iter().map(derive).collect())
    }

    pub(crate) fn of(&self, purpose: &'static str) -> Result<[u8; 32], StoreError> {
        let key = self.0.get(purpose).copied();
        key.ok_or(StoreError::Cipher(
            "there is no hashing key for this purpose",
        ))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8; 32])> {
        self.0.iter().map(|(purpose, key)| (purpose.as_str(), key))
    }
}

impl fmt::Debug for HashingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashingKeys")
    }
}

/// What a wrapped hashing key is bound to; no person is called that.
pub(super) fn place(purpose: &str) -> String {
    format!("hashing-key/{purpose}")
}

/// Hashes under another key would silently find nothing: every claim free, every command new.
async fn check_origin(pool: &PgPool, present: &MasterKey) -> Result<(), StoreError> {
    let select = "SELECT key_id FROM hashing_master";
    let mut known: Option<Vec<u8>> = sqlx::query_scalar(select).fetch_optional(pool).await?;
    if known.is_none() {
        sqlx::query("INSERT INTO hashing_master (key_id) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(present.id())
            .execute(pool)
            .await?;
        known = sqlx::query_scalar(select).fetch_optional(pool).await?;
    }
    if known == Some(present.id()) {
        Ok(())
    } else {
        Err(StoreError::OtherMasterKey)
    }
}
