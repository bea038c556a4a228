//! `68 A0..A5 68 C L DATA CS 16`, with 33H added to each byte of DATA.

use std::fmt;

use serde::Deserialize;

use super::{ABNORMAL, Address, FROM_METER, FUNCTION, MORE};
use crate::stream::{END, Fault, Framing, START, Verdict, checksum, closed};

/// What is added to each byte of DATA on the line.
const OFFSET: u8 = 0x33;
const DATA_BYTES_MAX: usize = u8::MAX as usize;
/// Start, type byte, address, start, control, length, sum, end.
const AROUND_BYTES_MAX: usize = 13;

/// What stands between the two start bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    /// The address, as in the standard.
    #[default]
    Address,
    /// A byte for the kind of meter, then the address (seen in a maker's data units).
    TypeAndAddress,
}

/// How DATA goes over the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// 33H added to each byte, as in the standard.
    #[default]
    Offset,
    /// 33H added to the identifier alone (seen in a maker's data units).
    IdentifierOffset,
    /// As it is.
    Bare,
}

/// The outer form of a meter's frames: the standard's, unless a profile says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    pub head: Head,
    pub style: Style,
    /// Bytes of an identifier: how much [`Style::IdentifierOffset`] concerns.
    pub di_bytes: u8,
    /// Longer DATA is no frame. The standard allows 200; makers go to 255.
    pub data_bytes_max: u8,
}

impl Wire {
    /// The longest DATA of the standard.
    pub const STANDARD_DATA_BYTES_MAX: u8 = 200;

    pub const fn new(di_bytes: u8) -> Self {
        Self {
            head: Head::Address,
            style: Style::Offset,
            di_bytes,
            data_bytes_max: Self::STANDARD_DATA_BYTES_MAX,
        }
    }

    fn second_start(self) -> usize {
        match self.head {
            Head::Address => 7,
            Head::TypeAndAddress => 8,
        }
    }

    fn shifted(self, place: usize) -> bool {
        match self.style {
            Style::Offset => true,
            Style::IdentifierOffset => place < usize::from(self.di_bytes),
            Style::Bare => false,
        }
    }
}

impl Framing for Wire {
    type Frame<'a> = Frame<'a>;

    const FRAME_BYTES_MAX: usize = DATA_BYTES_MAX + AROUND_BYTES_MAX;

    fn judge(&self, bytes: &[u8]) -> Verdict {
        let second = self.second_start();
        let Some(&start) = bytes.get(second) else {
            return Verdict::Incomplete(Fault::TruncatedHead);
        };
        if start != START {
            return Verdict::Invalid(Fault::Start);
        }
        let Some(&length) = bytes.get(second + 2) else {
            return Verdict::Incomplete(Fault::Truncated);
        };
        if length > self.data_bytes_max {
            return Verdict::Invalid(Fault::Length);
        }
        match bytes.get(..second + 5 + usize::from(length)) {
            Some(frame) => closed(frame),
            None => Verdict::Incomplete(Fault::Truncated),
        }
    }

    fn view<'a>(&self, bytes: &'a [u8]) -> Frame<'a> {
        Frame { bytes, wire: *self }
    }
}

/// A good frame, seen where it lies.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    bytes: &'a [u8],
    wire: Wire,
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

    fn from(&self, place: usize) -> &'a [u8] {
        self.bytes.get(place..).unwrap_or_default()
    }

    fn byte(&self, place: usize) -> u8 {
        self.bytes.get(place).copied().unwrap_or_default()
    }

    pub fn address(&self) -> Address {
        let address = self.from(self.wire.second_start() - 6).first_chunk();
        address.copied().map_or(Address::ANY, Address::from_wire)
    }

    /// The kind of meter, where the maker sends it.
    pub fn type_byte(&self) -> Option<u8> {
        (self.wire.head == Head::TypeAndAddress).then(|| self.byte(1))
    }

    pub fn control(&self) -> u8 {
        self.byte(self.wire.second_start() + 1)
    }

    pub fn function(&self) -> u8 {
        self.control() & FUNCTION
    }

    pub fn is_from_meter(&self) -> bool {
        self.control() & FROM_METER != 0
    }

    pub fn is_abnormal(&self) -> bool {
        self.control() & ABNORMAL != 0
    }

    pub fn more_follows(&self) -> bool {
        self.control() & MORE != 0
    }

    /// DATA as it went over the line.
    pub fn wire_data(&self) -> &'a [u8] {
        let data = self.from(self.wire.second_start() + 3);
        data.get(..data.len().saturating_sub(2)).unwrap_or_default()
    }

    /// DATA as it is meant.
    pub fn data(&self) -> Plain {
        let wire = self.wire_data();
        let mut plain = Plain {
            bytes: [0; DATA_BYTES_MAX],
            length: wire.len(),
        };
        for (place, (byte, sent)) in plain.bytes.iter_mut().zip(wire).enumerate() {
            *byte = if self.wire.shifted(place) {
                sent.wrapping_sub(OFFSET)
            } else {
                *sent
            };
        }
        plain
    }
}

/// Functions whose DATA holds a password: writes, changes of passwords, clearing, control.
const SECRET: [u8; 9] = [0x04, 0x0F, 0x10, 0x14, 0x18, 0x19, 0x1A, 0x1B, 0x1C];

impl fmt::Debug for Frame<'_> {
    /// DATA that may hold a password is not shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Frame");
        shown
            .field("address", &self.address())
            .field("control", &format_args!("{:02X}", self.control()));
        if SECRET.contains(&self.function()) {
            shown.field("data", &format_args!("[{} bytes]", self.wire_data().len()));
        } else {
            shown.field(
                "data",
                &format_args!("{}", hex::encode_upper(&*self.data())),
            );
        }
        shown.finish()
    }
}

/// DATA with the offset taken off, on the stack.
#[derive(Clone, Copy)]
pub struct Plain {
    bytes: [u8; DATA_BYTES_MAX],
    length: usize,
}

impl std::ops::Deref for Plain {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Writes a frame; nothing if DATA is longer than the wire allows. `type_byte` goes over a wire
/// with [`Head::TypeAndAddress`] only.
pub fn encode(
    wire: Wire,
    type_byte: u8,
    address: &Address,
    control: u8,
    data: &[u8],
) -> Option<Vec<u8>> {
    let length = u8::try_from(data.len()).ok()?;
    if length > wire.data_bytes_max {
        return None;
    }
    let mut frame = Vec::with_capacity(data.len() + AROUND_BYTES_MAX);
    frame.push(START);
    if wire.head == Head::TypeAndAddress {
        frame.push(type_byte);
    }
    frame.extend_from_slice(address.wire());
    frame.extend_from_slice(&[START, control, length]);
    for (place, byte) in data.iter().enumerate() {
        frame.push(if wire.shifted(place) {
            byte.wrapping_add(OFFSET)
        } else {
            *byte
        });
    }
    frame.push(checksum(&frame));
    frame.push(END);
    Some(frame)
}
