//! Uplinks as a `LoRa` network server hands them over: one JSON object each, in which `devEUI`
//! names the radio and `data` holds a frame.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use crate::meter::CollectorId;

/// No uplink of a meter is longer.
pub const OBJECT_BYTES_MAX: usize = 8 * 1024;
const PAYLOAD_BYTES_MAX: usize = 512;

/// What a radio sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uplink {
    /// The radio's number, in capitals.
    pub device: CollectorId,
    /// The frame, with its preamble.
    pub payload: Vec<u8>,
    /// When the network server says it was; not trusted, but kept.
    pub time: Option<String>,
}

/// The forms known: of a network server with a flat object, of `ChirpStack`, and of The Things Stack.
/// The latter two have bytes in base64; a flat object has them in hexadecimal, or else in base64.
#[derive(Deserialize)]
#[serde(untagged)]
enum Object {
    Flat {
        #[serde(
            alias = "devEui",
            alias = "deveui",
            alias = "DevEUI",
            alias = "dev_eui"
        )]
        #[serde(rename = "devEUI")]
        device: String,
        #[serde(alias = "payload")]
        data: String,
        #[serde(default)]
        time: Option<serde_json::Value>,
    },
    ChirpStack {
        #[serde(rename = "deviceInfo")]
        device: ChirpDevice,
        data: String,
        #[serde(default)]
        time: Option<serde_json::Value>,
    },
    Things {
        end_device_ids: ThingsDevice,
        uplink_message: ThingsMessage,
        #[serde(default)]
        received_at: Option<serde_json::Value>,
    },
}

#[derive(Deserialize)]
struct ChirpDevice {
    #[serde(rename = "devEui")]
    device: String,
}

#[derive(Deserialize)]
struct ThingsDevice {
    dev_eui: String,
}

#[derive(Deserialize)]
struct ThingsMessage {
    frm_payload: String,
}

/// Why this is no uplink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UplinkError {
    #[error("上行数据过长")]
    TooLong,
    #[error("不是 JSON 上行数据")]
    Json,
    #[error("devEUI 应为 16 位十六进制数")]
    Device,
    #[error("data 应为十六进制或 base64 报文")]
    Data,
}

/// Reads one object.
pub fn read(object: &[u8]) -> Result<Uplink, UplinkError> {
    if object.len() > OBJECT_BYTES_MAX {
        return Err(UplinkError::TooLong);
    }
    let object: Object = serde_json::from_slice(object).map_err(|_| UplinkError::Json)?;
    let (device, payload, time) = match object {
        Object::Flat { device, data, time } => {
            // A database's notation of bytes has a prefix.
            let hexadecimal = hex::decode(data.strip_prefix("\\x").unwrap_or(&data));
            let payload = hexadecimal.ok().or_else(|| BASE64.decode(&data).ok());
            (device, payload, time)
        }
        Object::ChirpStack { device, data, time } => {
            (device.device, BASE64.decode(data).ok(), time)
        }
        Object::Things {
            end_device_ids,
            uplink_message,
            received_at,
        } => (
            end_device_ids.dev_eui,
            BASE64.decode(uplink_message.frm_payload).ok(),
            received_at,
        ),
    };
    let device = device.to_ascii_uppercase();
    if device.len() != 16 || !device.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(UplinkError::Device);
    }
    let payload = payload.ok_or(UplinkError::Data)?;
    if payload.is_empty() || payload.len() > PAYLOAD_BYTES_MAX {
        return Err(UplinkError::Data);
    }
    Ok(Uplink {
        device: device.parse().map_err(|_| UplinkError::Device)?,
        payload,
        time: time.map(|time| match time {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        }),
    })
}

/// Cuts a stream into lines, each an object. Holds back one line, and drops what is longer.
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
    overlong: bool,
}

impl Lines {
    pub fn feed(&mut self, piece: &[u8], mut take: impl FnMut(Result<Uplink, UplinkError>)) {
        let mut parts = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let ends = parts.peek().is_some();
            let room = OBJECT_BYTES_MAX - self.held.len();
            self.overlong |= part.len() > room;
            if !self.overlong {
                self.held.extend_from_slice(part);
            }
            if !ends {
                break;
            }
            if self.overlong {
                take(Err(UplinkError::TooLong));
            } else if !self.held.trim_ascii().is_empty() {
                take(read(&self.held));
            }
            self.held.clear();
            self.overlong = false;
        }
        if self.overlong {
            self.held.clear();
        }
    }

    pub fn held(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_an_uplink_is_read_with_or_without_the_prefix() {
        let uplink = read(
            br#"{"devEUI":"004a770124007dcb","data":"\\xFEFE6810","time":"2026-11-28 08:00:00"}"#,
        )
        .unwrap();
        assert_eq!(uplink.device.as_str(), "004A770124007DCB");
        assert_eq!(uplink.payload, [0xFE, 0xFE, 0x68, 0x10]);
        assert_eq!(uplink.time.as_deref(), Some("2026-11-28 08:00:00"));
        let plain = read(br#"{"devEui":"004a770124007dcb","data":"6810","time":1,"more":{}}"#);
        assert_eq!(plain.unwrap().payload, [0x68, 0x10]);
    }

    #[test]
    fn r44_an_uplink_is_read_as_known_network_servers_post_it() {
        let posted = [
            br#"{"devEUI":"004a770124007dcb","data":"/v5oEA=="}"#.as_slice(),
            br#"{"deduplicationId":"x","time":"2026-11-28T00:00:00Z","fPort":2,
                "deviceInfo":{"tenantId":"t","devEui":"004a770124007dcb"},"data":"/v5oEA=="}"#,
            br#"{"end_device_ids":{"device_id":"m","dev_eui":"004A770124007DCB"},
                "received_at":"2026-11-28T00:00:00Z","uplink_message":{"f_port":2,
                "frm_payload":"/v5oEA=="}}"#,
        ];
        for object in posted {
            let uplink = read(object).unwrap();
            assert_eq!(uplink.device.as_str(), "004A770124007DCB");
            assert_eq!(uplink.payload, [0xFE, 0xFE, 0x68, 0x10]);
        }
    }

    #[test]
    fn what_is_no_uplink_says_why() {
        let error = |text: &str| read(text.as_bytes()).unwrap_err();
        assert_eq!(error("{"), UplinkError::Json);
        assert_eq!(error(r#"{"devEUI":"1","data":"68"}"#), UplinkError::Device);
        let data = |data: &str| format!(r#"{{"devEUI":"004a770124007dcb","data":"{data}"}}"#);
        assert_eq!(error(&data("6")), UplinkError::Data);
        assert_eq!(error(&data("")), UplinkError::Data);
        assert_eq!(error(&data(&"68".repeat(513))), UplinkError::Data);
        assert_eq!(error(&" ".repeat(9000)), UplinkError::TooLong);
    }

    #[test]
    fn a_line_without_end_is_dropped_and_the_next_read() {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        for _ in 0..100 {
            lines.feed(&[b'x'; 1000], |one| all.push(one));
            assert!(lines.held() <= OBJECT_BYTES_MAX);
        }
        lines.feed(b"\n\n{\"devEUI\":\"004a770124007dcb\",", |one| {
            all.push(one);
        });
        lines.feed(b"\"data\":\"68\"}\r\n", |one| all.push(one));
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], Err(UplinkError::TooLong));
        assert_eq!(all[1].as_ref().unwrap().payload, [0x68]);
    }
}
