//! What both sides say.

use serde::Deserialize;

use super::{ANY_TYPE, Address, Di, DiOrder, Frame, Wire, encode};
use crate::content::{ContentError, take, take_all};
use crate::text;

const READ: u8 = 0x01;
const READ_ADDRESS: u8 = 0x03;
const WRITE: u8 = 0x04;
const READ_KEY_VERSION: u8 = 0x09;
const WRITE_ADDRESS: u8 = 0x15;
const WRITE_BASE_VALUE: u8 = 0x16;

/// What a valve is to do. The answer is no proof that it did: read the status afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValveOrder {
    /// 强制开阀
    Open = 0x55,
    /// 强制关阀
    Close = 0x99,
    /// 自由开阀
    FreeOpen = 0x66,
    /// 自由关阀
    FreeClose = 0x77,
    /// 查询
    Query = 0x00,
    /// 解除强制
    Free = 0xFF,
}

impl ValveOrder {
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Close,
        Self::FreeOpen,
        Self::FreeClose,
        Self::Query,
        Self::Free,
    ];

    fn read(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|order| *order as u8 == code)
    }
}

/// Whom a request goes to, and how that meter wants identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub meter_type: u8,
    pub address: Address,
    pub di_order: DiOrder,
}

impl Target {
    /// Whichever meter is alone on the line.
    pub const ANY: Self = Self {
        meter_type: ANY_TYPE,
        address: Address::ANY,
        di_order: DiOrder::HighFirst,
    };
}

/// A master's frame. `seq` is counted by the master; meters repeat it, mostly.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Read {
        di: Di,
        #[serde(default)]
        seq: u8,
    },
    ReadAddress {
        #[serde(default)]
        seq: u8,
    },
    ReadKeyVersion {
        #[serde(default)]
        seq: u8,
    },
    Write {
        di: Di,
        #[serde(default)]
        seq: u8,
        #[serde(deserialize_with = "text::hex_bytes")]
        data: Vec<u8>,
    },
    Valve {
        #[serde(default)]
        seq: u8,
        order: ValveOrder,
    },
    WriteAddress {
        #[serde(default)]
        seq: u8,
        new_address: Address,
    },
    /// What the mechanical register shows, to begin counting from.
    WriteBaseValue {
        #[serde(default)]
        seq: u8,
        #[serde(deserialize_with = "text::hex_bytes")]
        data: Vec<u8>,
    },
    /// A maker's own function.
    Other {
        control: u8,
        #[serde(deserialize_with = "text::hex_bytes")]
        data: Vec<u8>,
    },
}

impl Request {
    /// The control byte and DI, SER, DATA.
    pub fn parts(&self, order: DiOrder) -> (u8, Vec<u8>) {
        let parts = |control: u8, di: Di, seq: u8, data: &[u8]| {
            (control, [&di.wire(order)[..], &[seq], data].concat())
        };
        match self {
            Self::Read { di, seq } => parts(READ, *di, *seq, &[]),
            Self::ReadAddress { seq } => parts(READ_ADDRESS, Di::ADDRESS, *seq, &[]),
            Self::ReadKeyVersion { seq } => parts(READ_KEY_VERSION, Di::KEY_VERSION, *seq, &[]),
            Self::Write { di, seq, data } => parts(WRITE, *di, *seq, data),
            Self::Valve { seq, order } => parts(WRITE, Di::VALVE, *seq, &[*order as u8]),
            Self::WriteAddress { seq, new_address } => {
                parts(WRITE_ADDRESS, Di::WRITE_ADDRESS, *seq, new_address.wire())
            }
            Self::WriteBaseValue { seq, data } => {
                parts(WRITE_BASE_VALUE, Di::BASE_VALUE, *seq, data)
            }
            Self::Other { control, data } => (*control, data.clone()),
        }
    }

    /// The frame to send; nothing if it is too long or `target` is no kind of meter.
    pub fn encode(&self, target: &Target, wire: Wire) -> Option<Vec<u8>> {
        let (control, data) = self.parts(target.di_order);
        encode(wire, target.meter_type, &target.address, control, &data)
    }

    /// Reads a master's frame.
    pub fn decode(frame: &Frame<'_>) -> Result<(Self, DiOrder), ContentError> {
        if frame.is_from_meter() {
            return Err(ContentError::Direction);
        }
        let control = frame.control();
        let known = [
            READ,
            READ_ADDRESS,
            READ_KEY_VERSION,
            WRITE,
            WRITE_ADDRESS,
            WRITE_BASE_VALUE,
        ];
        if !known.contains(&control) {
            let data = frame.data().to_vec();
            return Ok((Self::Other { control, data }, DiOrder::default()));
        }
        let mut data = frame.data();
        let (di, order) = Di::from_wire(take(&mut data)?);
        let [seq] = take(&mut data)?;
        let request = match (control, di, data) {
            (READ, di, []) => Self::Read { di, seq },
            (READ_ADDRESS, Di::ADDRESS, []) => Self::ReadAddress { seq },
            (READ_KEY_VERSION, Di::KEY_VERSION, []) => Self::ReadKeyVersion { seq },
            (WRITE, Di::VALVE, [code]) if ValveOrder::read(*code).is_some() => Self::Valve {
                seq,
                order: ValveOrder::read(*code).unwrap_or(ValveOrder::Query),
            },
            (WRITE, di, data) => Self::Write {
                di,
                seq,
                data: data.to_vec(),
            },
            (WRITE_ADDRESS, Di::WRITE_ADDRESS, data) => Self::WriteAddress {
                seq,
                new_address: Address::from_wire(take_all(data)?),
            },
            (WRITE_BASE_VALUE, Di::BASE_VALUE, data) => Self::WriteBaseValue {
                seq,
                data: data.to_vec(),
            },
            _ => return Err(ContentError::Content),
        };
        Ok((request, order))
    }
}

/// A meter's frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// See [`super::read`] for what the data says.
    Data {
        control: u8,
        di: Di,
        di_order: DiOrder,
        seq: u8,
        data: Vec<u8>,
    },
    /// Refused. Meters do not agree on what they say then.
    Refused { control: u8, data: Vec<u8> },
}

impl Answer {
    /// The control byte and DI, SER, DATA.
    pub fn parts(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Data {
                control,
                di,
                di_order,
                seq,
                data,
            } => {
                let fields = [&di.wire(*di_order)[..], &[*seq], data];
                (*control, fields.concat())
            }
            Self::Refused { control, data } => (*control, data.clone()),
        }
    }

    /// The frame; nothing if it is too long or no kind of meter.
    pub fn encode(&self, meter_type: u8, address: &Address, wire: Wire) -> Option<Vec<u8>> {
        let (control, data) = self.parts();
        encode(wire, meter_type, address, control, &data)
    }

    /// Reads a meter's frame.
    pub fn decode(frame: &Frame<'_>) -> Result<Self, ContentError> {
        if !frame.is_from_meter() {
            return Err(ContentError::Direction);
        }
        let control = frame.control();
        let mut data = frame.data();
        if frame.is_abnormal() {
            let data = data.to_vec();
            return Ok(Self::Refused { control, data });
        }
        let (di, di_order) = Di::from_wire(take(&mut data)?);
        let [seq] = take(&mut data)?;
        Ok(Self::Data {
            control,
            di,
            di_order,
            seq,
            data: data.to_vec(),
        })
    }
}

/// A frame of either side; a request with the order its identifier came in.
pub type Message = crate::content::Message<(Request, DiOrder), Answer>;

impl Message {
    pub fn decode(frame: &Frame<'_>) -> Result<Self, ContentError> {
        if frame.is_from_meter() {
            Answer::decode(frame).map(Self::Answer)
        } else {
            Request::decode(frame).map(Self::Request)
        }
    }
}
