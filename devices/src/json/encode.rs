//! Requests as JSON objects, to frames.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Object;
use crate::cjt188::{self, Target};
use crate::profile::{Profile, Protocol};
use crate::stream::PREAMBLE;
use crate::{dlt645, dlt645_1997, dlt645_2007};

/// A request that can not be sent.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("不是 JSON 对象：{0}")]
    Json(#[from] serde_json::Error),
    #[error("请求不正确：{0}")]
    Request(String),
    #[error("数据域超长，或表类型不正确")]
    Length,
}

impl EncodeError {
    /// The stable name used in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::Request(_) => "request",
            Self::Length => "length",
        }
    }
}

/// Where a request goes. The other fields of the object are the request.
#[derive(Default, Deserialize)]
struct Envelope {
    #[serde(default)]
    address: Option<String>,
    /// 188: the kind of meter, two digits.
    #[serde(default, rename = "type")]
    meter_type: Option<String>,
    /// How many bytes FE go before the frame.
    #[serde(default)]
    preamble: u8,
}

/// Encodes one request, such as
/// `{"address":"123456789012","request":"read","di":"00010000"}`.
pub fn encode(text: &str, profile: &Profile) -> Result<Vec<u8>, EncodeError> {
    let mut object: Object = serde_json::from_str(text)?;
    let mut envelope = Object::new();
    for key in ["address", "type", "preamble"] {
        if let Some(value) = object.remove(key) {
            envelope.insert(key.to_owned(), value);
        }
    }
    let envelope: Envelope = typed(envelope)?;
    let type_byte = match &envelope.meter_type {
        Some(text) => u8::from_str_radix(text, 16).map_err(|error| wrong(&error))?,
        None => cjt188::ANY_TYPE,
    };
    let frame = match profile.protocol {
        Protocol::Dlt645Of1997 => {
            let request: dlt645_1997::Request = typed(object)?;
            let (control, data) = request.parts();
            in_dlt645(profile, &envelope, type_byte, control, &data)?
        }
        Protocol::Dlt645Of2007 => {
            let request: dlt645_2007::Request = typed(object)?;
            let (control, data) = request.parts();
            in_dlt645(profile, &envelope, type_byte, control, &data)?
        }
        Protocol::Cjt188 => {
            let request: cjt188::Request = typed(object)?;
            let target = Target {
                meter_type: type_byte,
                address: address(&envelope, cjt188::Address::ANY)?,
                di_order: profile.di_order,
            };
            request.encode(&target, profile.cjt188_wire())
        }
    };
    let frame = frame.ok_or(EncodeError::Length)?;
    let mut bytes = vec![PREAMBLE; usize::from(envelope.preamble)];
    bytes.extend(frame);
    Ok(bytes)
}

fn in_dlt645(
    profile: &Profile,
    envelope: &Envelope,
    type_byte: u8,
    control: u8,
    data: &[u8],
) -> Result<Option<Vec<u8>>, EncodeError> {
    let address = address(envelope, dlt645::Address::ANY)?;
    let wire = profile.dlt645_wire();
    Ok(dlt645::encode(wire, type_byte, &address, control, data))
}

fn address<const BYTES: usize>(
    envelope: &Envelope,
    any: crate::address::Address<BYTES>,
) -> Result<crate::address::Address<BYTES>, EncodeError> {
    match &envelope.address {
        Some(text) => text.parse().map_err(|error| wrong(&error)),
        None => Ok(any),
    }
}

fn typed<T: DeserializeOwned>(object: Object) -> Result<T, EncodeError> {
    serde_json::from_value(Value::Object(object)).map_err(|error| wrong(&error))
}

fn wrong(error: &impl ToString) -> EncodeError {
    EncodeError::Request(error.to_string())
}
