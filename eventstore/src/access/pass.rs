//! Passes that a browser is given and brings back: what is in one nobody else can read or make. And
//! what is good for one use.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Access, AccessError};
use crate::StoreError;
use crate::aead;

#[derive(Serialize, Deserialize)]
struct Content {
    until: DateTime<Utc>,
    text: String,
}

impl Access {
    /// Sixteen random bytes as 32 letters and digits.
    pub fn random_id(&self) -> String {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        hex::encode(random)
    }

    /// A pass with a text in it, for one purpose and for so long.
    pub fn hand_out(
        &self,
        purpose: &str,
        text: &str,
        life: TimeDelta,
    ) -> Result<String, AccessError> {
        let content = Content {
            until: self.now() + life,
            text: text.to_owned(),
        };
        let content = serde_json::to_vec(&content).map_err(StoreError::from)?;
        let key = self.hmac(&["pass"]);
        let sealed = aead::encrypt(&*self.entropy, &key, &content, purpose)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What is in a pass of ours that still holds, if it is for this purpose.
    pub fn take_back(&self, purpose: &str, pass: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(pass).ok()?;
        let content = aead::decrypt(&self.hmac(&["pass"]), &sealed, purpose).ok()?;
        let content: Content = serde_json::from_slice(&content).ok()?;
        (self.now() < content.until).then_some(content.text)
    }

    /// Whether this use of a key is the one it is good for: the first, or that one again. Until it
    /// is forgotten, which must not be before the key is good for nothing anyway.
    pub async fn is_its_use(
        &self,
        key: &[&str],
        used_for: &[u8],
        until: DateTime<Utc>,
    ) -> Result<bool, AccessError> {
        let used_for = crate::keys::keyed_hash(&self.key, &[used_for]);
        let first = sqlx::query_scalar(
            "INSERT INTO used_once (key_hmac, use_hmac, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (key_hmac) DO UPDATE SET key_hmac = excluded.key_hmac \
             RETURNING use_hmac = $2",
        )
        .bind(self.hmac(key).as_slice())
        .bind(used_for.as_slice())
        .bind(until)
        .fetch_one(&self.pool)
        .await?;
        Ok(first)
    }
}
