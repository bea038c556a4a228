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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wrapper::concentrator::Port;

    #[test]
    fn a_door_is_read_from_a_file() {
        let door = |text: &str| serde_json::from_str::<Door>(text);
        assert_eq!(door("{}").unwrap(), Door::default());
        let text = r#"{
            "registration": {"text": "ID="}, "heartbeat": "5A5A",
            "wrapper": {"wrapper": "bare"}
        }"#;
        let bare = door(text).unwrap();
        assert_eq!(bare.registration, Registration::Text("ID=".to_owned()));
        assert_eq!(bare.heartbeat, [0x5A, 0x5A]);
        let text = r#"{
            "registration": "wrapped",
            "wrapper": {"wrapper": "concentrator", "number": 2}
        }"#;
        let port = Port {
            number: 2,
            ..Port::default()
        };
        let wrapped = door(text).unwrap();
        assert_eq!(wrapped.registration, Registration::Wrapped);
        assert_eq!(wrapped.wrapper, Wrapper::Concentrator(port));
        let radio = door(r#"{"wrapper": {"wrapper": "bluetooth", "number": "000000000042"}}"#);
        let number = "000000000042".parse().unwrap();
        assert_eq!(radio.unwrap().wrapper, Wrapper::Bluetooth { number });
        let unit = door(r#"{"wrapper": {"wrapper": "data_unit"}}"#).unwrap();
        assert_eq!(unit.wrapper, Wrapper::DataUnit);
        let fixed = door(r#"{"registration": {"fixed": "X1"}}"#).unwrap();
        let x1 = "X1".parse().unwrap();
        assert_eq!(fixed.registration, Registration::Fixed(x1));
        for bad in [
            r#"{"registration": {"fixed": "X 1"}}"#,
            r#"{"heartbeat": "5"}"#,
            r#"{"heart": ""}"#,
        ] {
            assert!(door(bad).is_err(), "{bad}");
        }
    }
}
