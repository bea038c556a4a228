//! Notices: verified over the raw bytes first, then opened, then read.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::aead::{Sealed, Unsealable};
use super::order::{Refund, Transaction};
use super::sign::Merchant;
use super::verify::{Distrust, Platform, SignedHeaders};

/// Why a notice is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error(transparent)]
    Distrust(#[from] Distrust),
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
    #[error("the notice cannot be read")]
    Unreadable,
}

/// A notice that is what it claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The notice's own number; the payment's is the transaction's.
    pub id: String,
    pub content: NoticeContent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeContent {
    Transaction(Transaction),
    Refund(Refund, String),
    /// Of a kind we have no use for.
    Other(String),
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    event_type: String,
    resource: Sealed,
}

impl Notice {
    pub fn receive(
        merchant: &Merchant,
        platform: &Platform,
        headers: &SignedHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Self, NoticeError> {
        platform.verify(headers, body, now)?;
        let envelope: Envelope =
            serde_json::from_slice(body).map_err(|_| NoticeError::Unreadable)?;
        let plain = merchant.api_v3_key.open(&envelope.resource)?;
        let unreadable = |_| NoticeError::Unreadable;
        let content = if envelope.event_type.starts_with("TRANSACTION.") {
            NoticeContent::Transaction(serde_json::from_slice(&plain).map_err(unreadable)?)
        } else if envelope.event_type.starts_with("REFUND.") {
            #[derive(Deserialize)]
            struct Of {
                out_trade_no: String,
            }
            let of: Of = serde_json::from_slice(&plain).map_err(unreadable)?;
            let refund = serde_json::from_slice(&plain).map_err(unreadable)?;
            NoticeContent::Refund(refund, of.out_trade_no)
        } else {
            NoticeContent::Other(envelope.event_type)
        };
        Ok(Self {
            id: envelope.id,
            content,
        })
    }
}
