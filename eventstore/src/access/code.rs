//! One-time codes sent to a phone.

use chaobiao_decision::Personal;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Access, AccessError};
use crate::clock::event_id;
use crate::forget::empty_messages;
use crate::owner_of_message;

const LIFE: TimeDelta = TimeDelta::minutes(10);
const TRIES: i32 = 5;
/// Between two codes for one phone.
const PAUSE: TimeDelta = TimeDelta::seconds(60);
const PER_PHONE_AND_HOUR: i64 = 5;
const PER_PHONE_AND_DAY: i64 = 10;
/// Many people on a campus share an address.
const PER_ORIGIN_AND_HOUR: i64 = 100;

/// How a request for a code ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueVerdict {
    /// On its way; it holds until then.
    Sent { expires_at: DateTime<Utc> },
    /// Asked too often.
    Later { retry_at: DateTime<Utc> },
}

/// How a check of a code ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    Right,
    /// Wrong, over, used, tried too often, or never sent: nobody is told which.
    Wrong,
}

/// A code that was right and is not used up yet.
#[derive(Debug)]
pub struct RightCode(Uuid);

#[derive(FromRow)]
struct Recent {
    hour: i64,
    day: i64,
    last: Option<DateTime<Utc>>,
}

impl Access {
    /// Makes a code for a phone and puts its message into the outbox. `text` says what to write
    /// around the code and its minutes. Only the newest code of a phone is good: earlier ones that
    /// still wait are not sent.
    pub async fn issue_code(
        &self,
        phone: &str,
        origin: Option<&str>,
        text: impl FnOnce(&str, i64) -> String,
    ) -> Result<IssueVerdict, AccessError> {
        let now = self.now();
        let phone_hmac = self.hmac(&["phone", phone]);
        let mut transaction = self.pool.begin().await?;
        // Requests made at once for one phone count each other.
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(i64::from_be_bytes(first_eight(&phone_hmac)))
            .execute(&mut *transaction)
            .await?;
        let phone_recent: Recent = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE issued_at > $2 - interval '1 hour') AS hour, \
             count(*) AS day, max(issued_at) AS last FROM one_time_code \
             WHERE phone_hmac = $1 AND issued_at > $2 - interval '1 day'",
        )
        .bind(phone_hmac.as_slice())
        .bind(now)
        .fetch_one(&mut *transaction)
        .await?;
        let from_origin: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM one_time_code \
             WHERE origin = $1 AND issued_at > $2 - interval '1 hour'",
        )
        .bind(origin)
        .bind(now)
        .fetch_one(&mut *transaction)
        .await?;
        if let Some(retry_at) = too_often(&phone_recent, from_origin, now) {
            return Ok(IssueVerdict::Later { retry_at });
        }
        drop_waiting(&phone_hmac, &mut transaction).await?;
        let id = event_id(now, &*self.entropy);
        let code = self.random_code();
        let expires_at = now + LIFE;
        sqlx::query(
            "INSERT INTO one_time_code (id, phone_hmac, code_hmac, origin, issued_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(phone_hmac.as_slice())
        .bind(self.code_hmac(id, &code).finalize().into_bytes().as_slice())
        .bind(origin)
        .bind(now)
        .bind(expires_at)
        .execute(&mut *transaction)
        .await?;
        let subject = message_subject(&phone_hmac);
        let minutes = LIFE.num_minutes();
        let mut message = json!({
            "to": Personal::new(&subject, phone),
            "text": Personal::new(&subject, text(&code, minutes)),
            "template": "code",
            "values": { "code": Personal::new(&subject, &code), "minutes": minutes.to_string() },
            "expires_at": expires_at,
        });
        self.cipher
            .seal(vec![(owner_of_message(id), &mut message)])
            .await?;
        sqlx::query(
            "INSERT INTO outbox (id, channel, message, created_at) VALUES ($1, 'sms', $2, $3)",
        )
        .bind(id)
        .bind(message)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(IssueVerdict::Sent { expires_at })
    }

    /// Checks a code and uses it up. `used_for` names the use, so that the same command asking
    /// again is not turned away by its own first try.
    pub async fn check_code(
        &self,
        phone: &str,
        code: &str,
        used_for: Uuid,
    ) -> Result<CodeVerdict, AccessError> {
        match self.verify_code(phone, code, used_for).await? {
            Some(right) => self.use_code(right, used_for).await,
            None => Ok(CodeVerdict::Wrong),
        }
    }

    /// Checks a code and leaves it good, for a use that may yet turn out impossible; the try
    /// counts.
    pub async fn verify_code(
        &self,
        phone: &str,
        code: &str,
        used_for: Uuid,
    ) -> Result<Option<RightCode>, AccessError> {
        let now = self.now();
        let phone_hmac = self.hmac(&["phone", phone]);
        // The try is counted before the code is looked at.
        let found: Option<(Uuid, Vec<u8>)> = sqlx::query_as(
            "UPDATE one_time_code SET tries = tries + 1 \
             WHERE id = (SELECT id FROM one_time_code WHERE phone_hmac = $1 \
                         ORDER BY issued_at DESC, id DESC LIMIT 1) \
             AND expires_at > $2 AND (used_for = $3 OR (used_for IS NULL AND tries < $4)) \
             RETURNING id, code_hmac",
        )
        .bind(phone_hmac.as_slice())
        .bind(now)
        .bind(used_for)
        .bind(TRIES)
        .fetch_optional(&self.pool)
        .await?;
        let Some((id, stored)) = found else {
            return Ok(None);
        };
        let given = self.code_hmac(id, code.trim());
        Ok(given.verify_slice(&stored).is_ok().then_some(RightCode(id)))
    }

    /// Uses a code up; wrong when another use was faster.
    pub async fn use_code(
        &self,
        RightCode(id): RightCode,
        used_for: Uuid,
    ) -> Result<CodeVerdict, AccessError> {
        let used = sqlx::query(
            "UPDATE one_time_code SET used_for = $2 \
             WHERE id = $1 AND (used_for IS NULL OR used_for = $2)",
        )
        .bind(id)
        .bind(used_for)
        .execute(&self.pool)
        .await?;
        Ok(if used.rows_affected() == 1 {
            CodeVerdict::Right
        } else {
            CodeVerdict::Wrong
        })
    }

    /// Gives up the codes of a phone and what was written to it. The phone may be somebody else's
    /// later, so its key lives on. Returns whom the messages were sealed for.
    pub async fn forget_phone(&self, phone: &str) -> Result<String, AccessError> {
        let phone_hmac = self.hmac(&["phone", phone]);
        let subject = message_subject(&phone_hmac);
        let mut transaction = self.pool.begin().await?;
        sqlx::query("DELETE FROM one_time_code WHERE phone_hmac = $1")
            .bind(phone_hmac.as_slice())
            .execute(&mut *transaction)
            .await?;
        empty_messages(&subject, &mut transaction).await?;
        transaction.commit().await?;
        Ok(subject)
    }

    fn random_code(&self) -> String {
        let mut random = [0; 8];
        self.entropy.fill(&mut random);
        // 2^64 is so many times a million that no code is likelier by more than 10^-13.
        format!("{:06}", u64::from_be_bytes(random) % 1_000_000)
    }

    fn code_hmac(&self, id: Uuid, code: &str) -> Hmac<Sha256> {
        let key = self.hmac(&["code", &id.to_string()]);
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        let mut mac = Hmac::new(&block.into());
        mac.update(code.as_bytes());
        mac
    }
}

/// Earlier codes of a phone that have not gone out yet never will.
async fn drop_waiting(
    phone_hmac: &[u8; 32],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE outbox SET state = 'dropped', detail = 'a newer code was asked for' \
         WHERE state = 'queued' AND id IN (SELECT id FROM one_time_code WHERE phone_hmac = $1)",
    )
    .bind(phone_hmac.as_slice())
    .execute(connection)
    .await
    .map(drop)
}

/// Whose key seals the messages to a phone.
fn message_subject(phone_hmac: &[u8; 32]) -> String {
    format!("phone/{}", hex::encode(&phone_hmac[..16]))
}

fn first_eight(bytes: &[u8; 32]) -> [u8; 8] {
    let mut first = [0; 8];
    first.copy_from_slice(&bytes[..8]);
    first
}

fn too_often(phone: &Recent, from_origin: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if phone.day >= PER_PHONE_AND_DAY {
        return Some(now + TimeDelta::days(1));
    }
    if phone.hour >= PER_PHONE_AND_HOUR || from_origin >= PER_ORIGIN_AND_HOUR {
        return Some(now + TimeDelta::hours(1));
    }
    phone
        .last
        .map(|last| last + PAUSE)
        .filter(|retry_at| *retry_at > now)
}
