//! What they sign: answers and notices.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::keys::{Certificate, VerifyingKey};

/// Seconds by which a signature may be old, or ahead of our clock.
const SKEW_SECONDS_MAX: i64 = 300;

/// Why something that claims to be from `WeChat` Pay is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    #[error("the header {0} is missing")]
    HeaderMissing(&'static str),
    #[error("its time is not ours")]
    Stale,
    #[error("no key is known under {0}")]
    UnknownSerial(String),
    #[error("the platform certificate {0} is not valid now")]
    CertificateExpired(String),
    #[error("the signature is wrong")]
    Forged,
}

/// The four headers, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedHeaders {
    pub timestamp: Option<String>,
    pub nonce: Option<String>,
    pub serial: Option<String>,
    pub signature: Option<String>,
}

impl SignedHeaders {
    /// From whatever finds a header by its lower-case name.
    pub fn read<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let text = |name| header(name).map(str::to_owned);
        Self {
            timestamp: text("wechatpay-timestamp"),
            nonce: text("wechatpay-nonce"),
            serial: text("wechatpay-serial"),
            signature: text("wechatpay-signature"),
        }
    }
}

#[derive(Clone, Debug)]
enum PlatformKey {
    /// `WeChat` Pay public key mode: the key has no end of its own.
    Public(VerifyingKey),
    Certificate(Box<Certificate>),
}

/// The keys `WeChat` Pay signs with, by serial number or public key id. During a change of either
/// both are here.
#[derive(Clone, Debug, Default)]
pub struct Platform {
    keys: BTreeMap<String, PlatformKey>,
}

impl Platform {
    #[must_use]
    pub fn with_public_key(mut self, id: impl Into<String>, key: VerifyingKey) -> Self {
        self.keys.insert(id.into(), PlatformKey::Public(key));
        self
    }

    #[must_use]
    pub fn with_certificate(mut self, certificate: Certificate) -> Self {
        self.add(certificate);
        self
    }

    pub(super) fn add(&mut self, certificate: Certificate) {
        let serial = certificate.serial_hex().to_owned();
        let key = PlatformKey::Certificate(Box::new(certificate));
        self.keys.insert(serial, key);
    }

    /// The id that asks for answers signed with the public key.
    pub fn public_key_id(&self) -> Option<&str> {
        let mut keys = self.keys.iter();
        keys.find(|(_, key)| matches!(key, PlatformKey::Public(_)))
            .map(|(id, _)| id.as_str())
    }

    /// Whether these very bytes were signed by `WeChat` Pay just now.
    pub fn verify(
        &self,
        headers: &SignedHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), Distrust> {
        fn need<'a>(value: Option<&'a String>, name: &'static str) -> Result<&'a str, Distrust> {
            let present = value.map(String::as_str).filter(|text| !text.is_empty());
            present.ok_or(Distrust::HeaderMissing(name))
        }
        let timestamp = need(headers.timestamp.as_ref(), "Wechatpay-Timestamp")?;
        let nonce = need(headers.nonce.as_ref(), "Wechatpay-Nonce")?;
        let serial = need(headers.serial.as_ref(), "Wechatpay-Serial")?;
        let signature = need(headers.signature.as_ref(), "Wechatpay-Signature")?;
        let seconds: i64 = timestamp.parse().map_err(|_| Distrust::Stale)?;
        if now.timestamp().abs_diff(seconds) >= SKEW_SECONDS_MAX.unsigned_abs() {
            return Err(Distrust::Stale);
        }
        let key = match self.keys.get(serial) {
            None => return Err(Distrust::UnknownSerial(serial.to_owned())),
            Some(PlatformKey::Public(key)) => key,
            Some(PlatformKey::Certificate(certificate)) if certificate.is_valid_at(now) => {
                certificate.key()
            }
            Some(PlatformKey::Certificate(_)) => {
                return Err(Distrust::CertificateExpired(serial.to_owned()));
            }
        };
        let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        if key.verifies(&message, signature) {
            Ok(())
        } else {
            Err(Distrust::Forged)
        }
    }
}
