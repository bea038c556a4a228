use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;

use crate::percent;
use crate::sms::{SmsSecret, hmac_sha256, sha256_hex};

/// Sorted by name; the same text is signed and sent.
pub fn canonical_query(parameters: &BTreeMap<String, String>) -> String {
    let pairs = parameters.iter();
    percent::pairs(pairs.map(|(name, value)| (name.as_str(), value.as_str())))
}

/// ACS3-HMAC-SHA256: what is signed of a call to `/`.
#[derive(Clone, Copy, Debug)]
pub struct Acs3<'a> {
    pub method: &'a str,
    pub query: &'a str,
    /// `host` and all `x-acs-…`, names in lower case, `content-type` where it is sent.
    pub headers: &'a BTreeMap<&'a str, String>,
    pub body: &'a [u8],
}

impl Acs3<'_> {
    fn signed_headers(&self) -> String {
        let names: Vec<&str> = self.headers.keys().copied().collect();
        names.join(";")
    }

    /// The hash of the canonical request.
    pub fn hashed_request(&self) -> String {
        let lines = self.headers.iter();
        let lines: Vec<String> = lines
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let headers = lines.concat();
        let canonical = format!(
            "{}\n/\n{}\n{headers}\n{}\n{}",
            self.method,
            self.query,
            self.signed_headers(),
            sha256_hex(self.body),
        );
        sha256_hex(canonical.as_bytes())
    }

    pub fn signature(&self, secret: &SmsSecret) -> String {
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", self.hashed_request());
        hex::encode(hmac_sha256(secret.0.as_bytes(), to_sign.as_bytes()))
    }
}

/// The header; without spaces after the commas.
pub fn acs3_authorization(call: &Acs3<'_>, key_id: &str, secret: &SmsSecret) -> String {
    let (headers, signature) = (call.signed_headers(), call.signature(secret));
    format!("ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={headers},Signature={signature}")
}

/// The older way, HMAC-SHA1 over the parameters. SHA-1 is the vendor's choice and guards nothing
/// else.
pub fn rpc_signature(
    method: &str,
    parameters: &BTreeMap<String, String>,
    secret: &SmsSecret,
) -> String {
    let query = percent::encode(&canonical_query(parameters));
    let to_sign = format!("{method}&%2F&{query}");
    let key = format!("{}&", secret.0);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    BASE64.encode(hmac::sign(&key, to_sign.as_bytes()))
}
