//! Sessions: an opaque token at the caller's, its hash here.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Access, AccessError};
use crate::clock::event_id;

/// How much a session may have been used without that being written down.
const SEEN_STEP: TimeDelta = TimeDelta::minutes(1);

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// By login.
    Staff(String),
    /// By customer id.
    Customer(String),
}

impl Principal {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Staff(_) => "staff",
            Self::Customer(_) => "customer",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Staff(name) | Self::Customer(name) => name,
        }
    }
}

/// 256 random bits; whoever has them is the principal. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// What a caller sent; anything that cannot be a token belongs to no session.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken")
    }
}

/// A session just opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub token: SessionToken,
    pub expires_at: DateTime<Utc>,
}

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub principal: Principal,
    /// The principal must choose a password of their own before anything else.
    pub must_change_password: bool,
    pub opened_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    principal: String,
    initial: bool,
    opened_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Access {
    /// Opens a session; the token is new every time, whatever the caller had before.
    pub async fn open_session(
        &self,
        principal: &Principal,
        origin: Option<&str>,
    ) -> Result<NewSession, AccessError> {
        let now = self.now();
        let (idle, absolute) = match principal {
            Principal::Staff(_) => (self.limits.staff_idle, self.limits.staff_absolute),
            Principal::Customer(_) => (self.limits.customer_idle, self.limits.customer_absolute),
        };
        let mut secret = [0; 32];
        self.entropy.fill(&mut secret);
        let token = SessionToken(URL_SAFE_NO_PAD.encode(secret));
        let expires_at = now + absolute;
        sqlx::query(
            "INSERT INTO session (id, token_hash, kind, principal, origin, opened_at, seen_at, \
             idle_seconds, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)",
        )
        .bind(event_id(now, &*self.entropy))
        .bind(token.hash().as_slice())
        .bind(principal.kind())
        .bind(principal.name())
        .bind(origin)
        .bind(now)
        .bind(idle.num_seconds())
        .bind(expires_at)
        .execute(&self.pool)
        .await?;
        Ok(NewSession { token, expires_at })
    }

    /// The session a token stands for, if it still holds. Looking keeps it awake.
    pub async fn session(&self, token: &SessionToken) -> Result<Option<Session>, AccessError> {
        let now = self.now();
        let row: Option<Row> = sqlx::query_as(
            "SELECT s.id, s.kind, s.principal, s.opened_at, s.seen_at, s.expires_at, \
             coalesce(c.initial, false) AS initial FROM session s \
             LEFT JOIN credential c ON s.kind = 'staff' AND c.login = s.principal \
             WHERE s.token_hash = $1 AND s.expires_at > $2 \
             AND s.seen_at + make_interval(secs => s.idle_seconds) > $2",
        )
        .bind(token.hash().as_slice())
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        if now - row.seen_at >= SEEN_STEP {
            sqlx::query("UPDATE session SET seen_at = greatest(seen_at, $2) WHERE id = $1")
                .bind(row.id)
                .bind(now)
                .execute(&self.pool)
                .await?;
        }
        let principal = match row.kind.as_str() {
            "staff" => Principal::Staff(row.principal),
            _ => Principal::Customer(row.principal),
        };
        Ok(Some(Session {
            id: row.id,
            principal,
            must_change_password: row.initial,
            opened_at: row.opened_at,
            expires_at: row.expires_at,
        }))
    }

    /// Closes one session. A token without one is no error: it is closed.
    pub async fn close_session(&self, token: &SessionToken) -> Result<(), AccessError> {
        sqlx::query("DELETE FROM session WHERE token_hash = $1")
            .bind(token.hash().as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Closes every session of a principal, except perhaps the one that asks; says how many.
    pub async fn close_sessions(
        &self,
        principal: &Principal,
        except: Option<&SessionToken>,
    ) -> Result<u64, AccessError> {
        let closed = sqlx::query(
            "DELETE FROM session WHERE kind = $1 AND principal = $2 \
             AND token_hash IS DISTINCT FROM $3",
        )
        .bind(principal.kind())
        .bind(principal.name())
        .bind(except.map(|token| token.hash().to_vec()))
        .execute(&self.pool)
        .await?;
        Ok(closed.rows_affected())
    }
}
