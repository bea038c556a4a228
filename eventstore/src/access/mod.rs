//! Who may come in: sessions, passwords and one-time codes.
//!
//! None of this is an event: it must be forgotten again, and a rebuilt read model must not bring a
//! closed session back. Everything secret is stored as a hash.

mod code;
mod pass;
mod password;
mod second_factor;
mod session;
mod throttle;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::keys::keyed_hash;
use crate::{Cipher, Clock, Entropy, EventStore, StoreError};

pub use code::{CodeVerdict, IssueVerdict, RightCode};
pub use password::{PasswordRefusal, PasswordVerdict};
pub use second_factor::{Enrolment, SecondFactorVerdict};
pub use session::{NewSession, Principal, Session, SessionToken};

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    pub customer_idle: TimeDelta,
    pub customer_absolute: TimeDelta,
    pub staff_idle: TimeDelta,
    pub staff_absolute: TimeDelta,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            customer_idle: TimeDelta::hours(12),
            customer_absolute: TimeDelta::days(7),
            staff_idle: TimeDelta::hours(8),
            staff_absolute: TimeDelta::hours(8),
        }
    }
}

/// A fault, never a refusal: those are verdicts.
#[derive(Debug, Error)]
pub enum AccessError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a password could not be hashed: {0}")]
    Hashing(String),
    #[error("a second factor could not be made: {0}")]
    SecondFactor(String),
}

impl From<sqlx::Error> for AccessError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Opens and closes the door; cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    cipher: Cipher,
    /// Under which phones, codes and throttled keys are hashed.
    key: [u8; 32],
    limits: SessionLimits,
    /// Hashing takes 19 MiB and a core each: as many at once as there are cores.
    hashing: Arc<Semaphore>,
}

impl Access {
    pub fn new(store: &EventStore, limits: SessionLimits) -> Result<Self, StoreError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            pool: store.pool().clone(),
            clock: Arc::clone(store.clock()),
            entropy: Arc::clone(&store.entropy),
            cipher: store.cipher().clone(),
            key: store.hashing_key("access")?,
            limits,
            hashing: Arc::new(Semaphore::new(cores)),
        })
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn hmac(&self, parts: &[&str]) -> [u8; 32] {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        keyed_hash(&self.key, &parts)
    }

    /// Deletes what is over: closed sessions, codes and throttles nobody needs any more.
    pub async fn purge(&self) -> Result<u64, AccessError> {
        let now = self.now();
        let day_ago = now - TimeDelta::days(1);
        let sessions = sqlx::query("DELETE FROM session WHERE expires_at <= $1")
            .bind(now)
            .execute(&self.pool)
            .await?;
        let codes = sqlx::query("DELETE FROM one_time_code WHERE issued_at < $1")
            .bind(day_ago)
            .execute(&self.pool)
            .await?;
        let throttles = sqlx::query(
            "DELETE FROM throttle \
             WHERE since < $1 AND (locked_until IS NULL OR locked_until < $2)",
        )
        .bind(day_ago)
        .bind(now)
        .execute(&self.pool)
        .await?;
        let used = sqlx::query("DELETE FROM used_once WHERE expires_at <= $1")
            .bind(now)
            .execute(&self.pool)
            .await?;
        let gone = [sessions, codes, throttles, used];
        Ok(gone
            .iter()
            .map(sqlx::postgres::PgQueryResult::rows_affected)
            .sum())
    }
}
