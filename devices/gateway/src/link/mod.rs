//! Links: whatever carries bytes to and from one bus.

mod line;
mod register;
pub mod serial;

use std::sync::Arc;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};

pub(crate) use line::{Labelling, Line, Peer};
pub(crate) use register::register;

use crate::meter::CollectorId;
use crate::wrapper::Wrapper;

/// Anything with two directions: a socket, a serial device, a pipe in a test.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static> Stream for T {}

/// How collectors that dial in are received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Door {
    pub wrapper: Wrapper,
    pub registration: Registration,
    /// What a bare collector sends to stay: taken out before the bytes of the bus.
    #[serde(deserialize_with = "hexadecimal")]
    pub heartbeat: Vec<u8>,
    /// What it wants to hear then.
    #[serde(deserialize_with = "hexadecimal")]
    pub heartbeat_answer: Vec<u8>,
}

fn hexadecimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    hex::decode(String::deserialize(deserializer)?)
        .map_err(|_| serde::de::Error::custom("应为十六进制字节"))
}

/// How a collector says who it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Its name in letters behind this prefix, up to a line's end or a silence.
    Text(String),
    /// In a frame of the wrapper.
    Wrapped,
    /// It does not: whoever comes here is this one.
    Fixed(CollectorId),
}

impl Default for Registration {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// What a link is set up with.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) door: Arc<Door>,
}
