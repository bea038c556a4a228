use chrono::{DateTime, Utc};

use crate::sms::{SmsSecret, hmac_sha256, sha256_hex};

const SIGNED: &str = "content-type;host;x-tc-action";

/// TC3-HMAC-SHA256: what is signed of a POST to `/`.
#[derive(Clone, Copy, Debug)]
pub struct Tc3<'a> {
    pub service: &'a str,
    pub host: &'a str,
    pub action: &'a str,
    pub content_type: &'a str,
    pub now: DateTime<Utc>,
    /// The very bytes that are sent.
    pub body: &'a [u8],
}

/// A signature and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tc3Signature {
    pub hashed_request: String,
    pub signing_key: Vec<u8>,
    pub signature: String,
    /// `DATE/service/tc3_request`
    scope: String,
}

impl Tc3<'_> {
    pub fn sign(&self, secret: &SmsSecret) -> Tc3Signature {
        let canonical = format!(
            "POST\n/\n\ncontent-type:{}\nhost:{}\nx-tc-action:{}\n\n{SIGNED}\n{}",
            self.content_type.trim().to_lowercase(),
            self.host.trim().to_lowercase(),
            self.action.trim().to_lowercase(),
            sha256_hex(self.body),
        );
        let hashed_request = sha256_hex(canonical.as_bytes());
        // The date is UTC's, not that of Beijing.
        let date = self.now.format("%Y-%m-%d").to_string();
        let scope = format!("{date}/{}/tc3_request", self.service);
        let to_sign = format!(
            "TC3-HMAC-SHA256\n{}\n{scope}\n{hashed_request}",
            self.now.timestamp()
        );
        let key = hmac_sha256(format!("TC3{}", secret.0).as_bytes(), date.as_bytes());
        let key = hmac_sha256(key.as_ref(), self.service.as_bytes());
        let key = hmac_sha256(key.as_ref(), b"tc3_request");
        Tc3Signature {
            signature: hex::encode(hmac_sha256(key.as_ref(), to_sign.as_bytes())),
            signing_key: key.as_ref().to_vec(),
            hashed_request,
            scope,
        }
    }
}

impl Tc3Signature {
    /// The header; with a space after each comma.
    pub fn authorization(&self, secret_id: &str) -> String {
        let Self {
            scope, signature, ..
        } = self;
        format!(
            "TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={SIGNED}, \
             Signature={signature}"
        )
    }
}
