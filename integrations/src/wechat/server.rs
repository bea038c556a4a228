//! Whether a call to us is from `WeChat`. SHA-1 is the vendor's choice and guards nothing else.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use ring::digest;

/// How far the two clocks may be apart; a rule of ours.
const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// The word both sides know; it cannot be shown.
#[derive(Clone)]
pub struct ServerToken(String);

impl fmt::Debug for ServerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerToken(***)")
    }
}

/// What is signed with the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    pub timestamp: &'a str,
    pub nonce: &'a str,
    /// The encrypted part, under `msg_signature`.
    pub encrypted: Option<&'a str>,
}

pub(super) fn sha1_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes))
}

impl ServerToken {
    /// `None` unless it is of 3 to 32 letters and digits.
    pub fn new(token: &str) -> Option<Self> {
        let fits = (3..=32).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(token.to_owned()))
    }

    pub fn sign(&self, signed: &Signed<'_>) -> String {
        let mut parts = vec![self.0.as_str(), signed.timestamp, signed.nonce];
        parts.extend(signed.encrypted);
        parts.sort_unstable();
        sha1_hex(parts.concat().as_bytes())
    }

    /// Compares in the same time whatever is given.
    pub fn verifies(&self, signed: &Signed<'_>, signature: &str) -> bool {
        let expected = self.sign(signed);
        let pairs = expected.bytes().zip(signature.bytes());
        let different = pairs.fold(0, |different, (one, other)| different | (one ^ other));
        different == 0 && expected.len() == signature.len()
    }
}

impl Signed<'_> {
    pub fn is_of(&self, now: DateTime<Utc>) -> bool {
        let sent = self.timestamp.parse().ok();
        let sent = sent.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        sent.is_some_and(|sent| (now - sent).abs() <= WINDOW)
    }
}
