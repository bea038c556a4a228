//! Text messages through a provider. A message is a template the provider has approved, filled
//! with values; each call ends with one of five things, and only a person decides what to do about
//! one of which nobody knows whether it went out.

pub mod aliyun;
pub mod report;
pub mod tencent;

use chaobiao_domain::units::Phone;
use chrono::{DateTime, Utc};
use ring::{digest, hmac};

use crate::{Answer, CallError};

/// A message to one phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub phone: Phone,
    /// The provider's number of the template.
    pub template: String,
    /// Names and values in the template's order.
    pub values: Vec<(String, String)>,
    /// Ours, said back in the provider's reports.
    pub reference: String,
}

/// The provider has taken it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The provider's number of the message.
    pub message_id: String,
}

/// Why a message did not go out, or may not have. Never says the phone or the text.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SmsError {
    /// Not to this number, or not now: its limits, or nobody has it.
    #[error("refused for this number: {0}")]
    Number(String),
    /// Not this message, to nobody: its template, its signature, or a value.
    #[error("refused for what it says: {0}")]
    Message(String),
    /// Nothing of ours goes out there at present: money, keys, rights, too many calls.
    #[error("the provider serves nobody of ours: {0}")]
    Provider(String),
    /// It certainly was never sent.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have gone out.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

/// A secret shared with a provider; it cannot be shown.
#[derive(Clone)]
pub struct SmsSecret(String);

impl std::fmt::Debug for SmsSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmsSecret(***)")
    }
}

impl SmsSecret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// When a call is made, and what makes it unlike every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub now: DateTime<Utc>,
    pub nonce: String,
}

/// The host of a base URL as it stands in the `Host` header, port and all.
pub(crate) fn authority(base_url: &str) -> &str {
    let after = base_url
        .split_once("://")
        .map_or(base_url, |(_, rest)| rest);
    after.split('/').next().unwrap_or(after)
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

/// A failed call; a provider's own codes are read from its answers.
fn of_call(error: CallError) -> SmsError {
    match error {
        CallError::NotSent(what) => SmsError::NotSent(what),
        other => SmsError::Unknown(other.to_string()),
    }
}

/// An answer that is not the provider's own JSON: some machine in between, or one that broke.
fn unreadable(answer: &Answer) -> SmsError {
    let status = answer.status;
    SmsError::Unknown(format!("an answer nobody can read, HTTP {status}"))
}
