//! Personal fields at rest: AES-256-GCM under a key per person.
//!
//! A key is random, kept in `subject_key` wrapped by the master key. Without it a field reads as
//! erased. The associated data binds a ciphertext to its owner (stream) and its place in the JSON,
//! so that it cannot be moved.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chaobiao_decision::{PERSONAL_KEY, is_personal};
use serde_json::{Map, Value};
use sqlx::PgPool;

use crate::aead::{decrypt, encrypt};
use crate::master::{Ring, WRAPPING_LOCK, Wrapped};
use crate::{Entropy, StoreError};

/// Seals and opens the personal fields of JSON documents.
#[derive(Clone, Debug)]
pub struct Cipher {
    pool: PgPool,
    ring: Arc<Ring>,
    entropy: Arc<dyn Entropy>,
    /// Keys in use on this node.
    cache: Arc<RwLock<HashMap<String, [u8; 32]>>>,
}

impl Cipher {
    pub(crate) fn new(pool: PgPool, ring: Arc<Ring>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            pool,
            ring,
            entropy,
            cache: Arc::default(),
        }
    }

    /// Encrypts every personal field of the documents; `owner` names where each is stored.
    pub async fn seal(&self, mut documents: Vec<(String, &mut Value)>) -> Result<(), StoreError> {
        // Cheap, before any key is looked up.
        documents.retain(|(_, document)| is_personal(document));
        if documents.is_empty() {
            return Ok(());
        }
        let keys = self
            .keys(&subjects(documents.iter().map(|(_, d)| &**d)), true)
            .await?;
        for (owner, document) in &mut documents {
            walk(document, owner, &mut |field, place| {
                let Some(value) = field.remove("value") else {
                    return Ok(());
                };
                let key = key_of(field, &keys).ok_or(StoreError::Cipher("the key is destroyed"))?;
                let sealed = encrypt(&*self.entropy, key, &serde_json::to_vec(&value)?, place)?;
                field.insert("sealed".to_owned(), Value::String(BASE64.encode(sealed)));
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Decrypts what [`Cipher::seal`] encrypted; fields without a key become erased.
    pub async fn open(&self, mut documents: Vec<(String, &mut Value)>) -> Result<(), StoreError> {
        documents.retain(|(_, document)| is_personal(document));
        if documents.is_empty() {
            return Ok(());
        }
        let keys = self
            .keys(&subjects(documents.iter().map(|(_, d)| &**d)), false)
            .await?;
        for (owner, document) in &mut documents {
            walk(document, owner, &mut |field, place| {
                let Some(sealed) = field.remove("sealed") else {
                    return Ok(());
                };
                let Some(key) = key_of(field, &keys) else {
                    field.insert("erased".to_owned(), Value::Bool(true));
                    return Ok(());
                };
                let sealed = sealed
                    .as_str()
                    .and_then(|text| BASE64.decode(text).ok())
                    .ok_or(StoreError::Cipher("a sealed field is not base64"))?;
                let value = serde_json::from_slice(&decrypt(key, &sealed, place)?)?;
                field.insert("value".to_owned(), value);
                Ok(())
            })?;
        }
        Ok(())
    }

    pub(crate) fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Forgets what this node has in memory of the keys of these people.
    pub(crate) fn evict(&self, subjects: &[String]) {
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        for subject in subjects {
            cache.remove(subject);
        }
    }

    async fn keys(
        &self,
        subjects: &BTreeSet<String>,
        create: bool,
    ) -> Result<HashMap<String, [u8; 32]>, StoreError> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            for subject in subjects {
                match cache.get(subject) {
                    Some(key) => drop(found.insert(subject.clone(), *key)),
                    None => missing.push(subject.clone()),
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        if create {
            self.create(&missing).await?;
        }
        let rows: Vec<(String, Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
            "SELECT subject, wrapped_key, wrapped_by FROM subject_key \
             WHERE subject = ANY($1) AND wrapped_key IS NOT NULL",
        )
        .bind(&missing)
        .fetch_all(&self.pool)
        .await?;
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        for (subject, key, by) in rows {
            let key = self.ring.unwrap(&Wrapped { key, by }, &subject)?;
            cache.insert(subject.clone(), key);
            found.insert(subject, key);
        }
        Ok(found)
    }

    async fn create(&self, subjects: &[String]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock_shared($1)")
            .bind(WRAPPING_LOCK)
            .execute(&mut *transaction)
            .await?;
        let master = self.ring.newest()?;
        let mut wrapped = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let mut key = [0u8; 32];
            self.entropy.fill(&mut key);
            wrapped.push(master.wrap(&*self.entropy, &key, subject)?);
        }
        // A person whose key was destroyed keeps the empty row: no new key, and sealing fails.
        sqlx::query(
            "INSERT INTO subject_key (subject, wrapped_key, wrapped_by) \
             SELECT *, $3 FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING",
        )
        .bind(subjects)
        .bind(&wrapped)
        .bind(master.id())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn key_of<'a>(
    field: &Map<String, Value>,
    keys: &'a HashMap<String, [u8; 32]>,
) -> Option<&'a [u8; 32]> {
    keys.get(field.get("subject")?.as_str()?)
}

fn subjects<'a>(documents: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    fn collect(document: &Value, into: &mut BTreeSet<String>) {
        match document {
            Value::Object(map) => match map.get(PERSONAL_KEY).and_then(|f| f.get("subject")) {
                Some(Value::String(subject)) => drop(into.insert(subject.clone())),
                _ => map.values().for_each(|value| collect(value, into)),
            },
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
    let mut into = BTreeSet::new();
    documents.for_each(|document| collect(document, &mut into));
    into
}

type Visit<'a> = dyn FnMut(&mut Map<String, Value>, &str) -> Result<(), StoreError> + Send + 'a;

/// Visits every personal field with its place: the owner and the JSON pointer.
fn walk(document: &mut Value, place: &str, visit: &mut Visit<'_>) -> Result<(), StoreError> {
    match document {
        Value::Object(map) => {
            if let Some(Value::Object(field)) = map.get_mut(PERSONAL_KEY) {
                return visit(field, place);
            }
            for (name, value) in map.iter_mut() {
                walk(value, &format!("{place}/{name}"), visit)?;
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, &format!("{place}/{index}"), visit)?;
            }
        }
        _ => {}
    }
    Ok(())
}
