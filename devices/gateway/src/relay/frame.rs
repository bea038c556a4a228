//! A reading as it goes across: its frames, not what they were taken to mean. The other side reads
//! them by its own profiles, and can again years later.

use chaobiao_devices::{Profile, Protocol, cjt188};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::meter::MeterAddress;
use crate::talk::{self, MeterReading, Via};

/// The payload is no reading of a version known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不是可识别的转发读数")]
pub struct FrameError;

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u8,
    collector: String,
    protocol: String,
    address: String,
    /// CJ/T 188: the kind of meter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<u8>,
    item: u32,
    frames: Vec<String>,
    /// Only where several frames make up the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    asked_at: DateTime<Utc>,
    at: DateTime<Utc>,
}

fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Dlt645Of1997 => "dlt645-1997",
        Protocol::Dlt645Of2007 => "dlt645-2007",
        Protocol::Cjt188 => "cjt188",
    }
}

fn named(text: &str) -> Option<Protocol> {
    let all = [
        Protocol::Dlt645Of1997,
        Protocol::Dlt645Of2007,
        Protocol::Cjt188,
    ];
    all.into_iter().find(|protocol| name(*protocol) == text)
}

/// A reading as a payload for [`super::Outbox::put`].
pub fn pack(reading: &MeterReading) -> Vec<u8> {
    let (address, kind) = match reading.meter {
        MeterAddress::Dlt645(address) => (address.to_string(), None),
        MeterAddress::Cjt188 { kind, address } => (address.to_string(), Some(kind)),
    };
    let long = reading.frames.len() > 1;
    let wire = Wire {
        v: VERSION,
        collector: reading.collector.to_string(),
        protocol: name(reading.protocol).to_owned(),
        address,
        kind,
        item: reading.item,
        frames: reading.frames.iter().map(hex::encode).collect(),
        data: long.then(|| hex::encode(&reading.data)),
        asked_at: reading.asked_at,
        at: reading.at,
    };
    // Nothing in it can fail to be written.
    serde_json::to_vec(&wire).unwrap_or_default()
}

/// What was packed, read by the profile the meter has on this side: `profile_of` says which, or
/// nothing for the standard's.
pub fn unpack(
    payload: &[u8],
    profile_of: impl FnOnce(&MeterAddress, Protocol) -> Option<Profile>,
) -> Result<MeterReading, FrameError> {
    let wire: Wire = serde_json::from_slice(payload).map_err(|_| FrameError)?;
    let protocol = named(&wire.protocol).filter(|_| wire.v == VERSION);
    let protocol = protocol.ok_or(FrameError)?;
    let meter = match wire.kind {
        None => MeterAddress::Dlt645(wire.address.parse().map_err(|_| FrameError)?),
        Some(kind) => {
            let address: cjt188::Address = wire.address.parse().map_err(|_| FrameError)?;
            MeterAddress::Cjt188 { kind, address }
        }
    };
    let frames: Result<Vec<Vec<u8>>, _> = wire.frames.iter().map(hex::decode).collect();
    let frames = frames.map_err(|_| FrameError)?;
    let profile = profile_of(&meter, protocol).unwrap_or_else(|| Profile::standard(protocol));
    let (said, data) = match (&frames[..], wire.data) {
        ([_, _, ..], Some(joined)) => {
            let data = hex::decode(joined).map_err(|_| FrameError)?;
            (talk::value(&profile, wire.item, &data), data)
        }
        ([frame], None) => talk::read(frame, &profile),
        _ => return Err(FrameError),
    };
    Ok(MeterReading {
        collector: wire.collector.parse().map_err(|_| FrameError)?,
        meter,
        protocol,
        item: wire.item,
        frames,
        data,
        said,
        via: Via::Relay,
        attempt: 0,
        asked_at: wire.asked_at,
        at: wire.at,
    })
}
