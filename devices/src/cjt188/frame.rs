//! `68 T A0..A6 C L DI SER DATA CS 16`; L counts DI, SER and DATA.

use std::fmt;

use super::{ABNORMAL, ANY_TYPE, Address, FROM_METER};
use crate::bcd;
use crate::stream::{END, Fault, Framing, START, Verdict, checksum, closed};

const CONTROL_AT: usize = 9;
const LENGTH_AT: usize = 10;
const DATA_AT: usize = 11;
/// Head, sum and end.
const AROUND_BYTES: usize = DATA_AT + 2;

/// The outer form of a meter's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// Longer frames are none. The standard has 100; meters with a radio send more.
    pub data_bytes_max: u8,
}

impl Wire {
    pub const STANDARD: Self = Self {
        data_bytes_max: u8::MAX,
    };
}

/// A second start byte in the place of the kind of meter is how lines stutter; no kind is so.
fn is_type(byte: u8) -> bool {
    byte == ANY_TYPE || bcd::pair(byte).is_some_and(|kind| (10..60).contains(&kind))
}

impl Framing for Wire {
    type Frame<'a> = Frame<'a>;

    const FRAME_BYTES_MAX: usize = u8::MAX as usize + AROUND_BYTES;

    fn judge(&self, bytes: &[u8]) -> Verdict {
        match bytes.get(1) {
            None => return Verdict::Incomplete(Fault::TruncatedHead),
            Some(kind) if !is_type(*kind) => return Verdict::Invalid(Fault::Start),
            Some(_) => {}
        }
        let Some(&length) = bytes.get(LENGTH_AT) else {
            return Verdict::Incomplete(Fault::Truncated);
        };
        if length > self.data_bytes_max {
            return Verdict::Invalid(Fault::Length);
        }
        match bytes.get(..AROUND_BYTES + usize::from(length)) {
            Some(frame) => closed(frame),
            None => Verdict::Incomplete(Fault::Truncated),
        }
    }

    fn view<'a>(&self, bytes: &'a [u8]) -> Frame<'a> {
        Frame { bytes }
    }
}

/// A good frame, seen where it lies.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The one frame `bytes` are, without anything around it.
    pub fn parse(bytes: &'a [u8], wire: Wire) -> Result<Self, Fault> {
        wire.parse(bytes)
    }

    /// The frame as it went over the line.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    fn byte(&self, place: usize) -> u8 {
        self.bytes.get(place).copied().unwrap_or_default()
    }

    pub fn meter_type(&self) -> u8 {
        self.byte(1)
    }

    pub fn address(&self) -> Address {
        let address = self.bytes.get(2..CONTROL_AT).and_then(Address::from_slice);
        address.unwrap_or(Address::ANY)
    }

    pub fn control(&self) -> u8 {
        self.byte(CONTROL_AT)
    }

    pub fn is_from_meter(&self) -> bool {
        self.control() & FROM_METER != 0
    }

    pub fn is_abnormal(&self) -> bool {
        self.control() & ABNORMAL != 0
    }

    /// DI, SER and DATA.
    pub fn data(&self) -> &'a [u8] {
        let end = self.bytes.len().saturating_sub(2);
        self.bytes.get(DATA_AT..end).unwrap_or_default()
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Frame")
            .field("type", &format_args!("{:02X}", self.meter_type()))
            .field("address", &self.address())
            .field("control", &format_args!("{:02X}", self.control()))
            .field("data", &format_args!("{}", hex::encode_upper(self.data())))
            .finish()
    }
}

/// Writes a frame; nothing if DATA is longer than the wire allows.
pub fn encode(
    wire: Wire,
    meter_type: u8,
    address: &Address,
    control: u8,
    data: &[u8],
) -> Option<Vec<u8>> {
    let length = u8::try_from(data.len()).ok()?;
    if length > wire.data_bytes_max || !is_type(meter_type) {
        return None;
    }
    let mut frame = Vec::with_capacity(data.len() + AROUND_BYTES);
    frame.extend_from_slice(&[START, meter_type]);
    frame.extend_from_slice(address.wire());
    frame.extend_from_slice(&[control, length]);
    frame.extend_from_slice(data);
    frame.push(checksum(&frame));
    frame.push(END);
    Some(frame)
}
