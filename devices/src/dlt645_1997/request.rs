//! What a master sends.

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::Di;
use crate::content::{ContentError, bad, take, take_all};
use crate::dlt645::{Address, Baud, Frame, Password, Wire, encode};
use crate::moment;
use crate::text;

pub(super) const READ: u8 = 0x01;
pub(super) const READ_FOLLOW_UP: u8 = 0x02;
const READ_AGAIN: u8 = 0x03;
const WRITE: u8 = 0x04;
const BROADCAST_TIME: u8 = 0x08;
const WRITE_ADDRESS: u8 = 0x0A;
const CHANGE_BAUD: u8 = 0x0C;
pub(super) const CHANGE_PASSWORD: u8 = 0x0F;
const CLEAR_DEMAND: u8 = 0x10;

/// A master's frame.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Read {
        di: Di,
        #[serde(default, deserialize_with = "text::hex_bytes")]
        arguments: Vec<u8>,
    },
    ReadFollowUp {
        di: Di,
    },
    /// The last answer once more.
    ReadAgain,
    Write {
        di: Di,
        password: Password,
        #[serde(deserialize_with = "text::hex_bytes")]
        data: Vec<u8>,
    },
    WriteAddress {
        new_address: Address,
    },
    /// Nobody answers.
    BroadcastTime {
        #[serde(deserialize_with = "text::date_time")]
        time: NaiveDateTime,
    },
    ChangeBaud {
        baud: Baud,
    },
    ChangePassword {
        old: Password,
        new: Password,
    },
    /// Some meters want a password, some none.
    ClearDemand {
        #[serde(default)]
        password: Option<Password>,
    },
    /// A maker's own function.
    Other {
        control: u8,
        #[serde(deserialize_with = "text::hex_bytes")]
        data: Vec<u8>,
    },
}

impl Request {
    /// The control byte and DATA.
    pub fn parts(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Read { di, arguments } => (READ, [&di.wire(), &arguments[..]].concat()),
            Self::ReadFollowUp { di } => (READ_FOLLOW_UP, di.wire().to_vec()),
            Self::ReadAgain => (READ_AGAIN, Vec::new()),
            Self::Write { di, password, data } => {
                let fields = [&di.wire()[..], &password.bytes(), data];
                (WRITE, fields.concat())
            }
            Self::WriteAddress { new_address } => (WRITE_ADDRESS, new_address.wire().to_vec()),
            Self::BroadcastTime { time } => {
                (BROADCAST_TIME, moment::date_time_bytes(*time).to_vec())
            }
            Self::ChangeBaud { baud } => (CHANGE_BAUD, vec![baud.code()]),
            Self::ChangePassword { old, new } => {
                (CHANGE_PASSWORD, [old.bytes(), new.bytes()].concat())
            }
            Self::ClearDemand { password } => {
                let secret = password.map(|password| password.bytes().to_vec());
                (CLEAR_DEMAND, secret.unwrap_or_default())
            }
            Self::Other { control, data } => (*control, data.clone()),
        }
    }

    /// The frame to send; nothing if it is too long.
    pub fn encode(&self, address: &Address, wire: Wire) -> Option<Vec<u8>> {
        let (control, data) = self.parts();
        encode(wire, 0, address, control, &data)
    }

    /// Reads a master's frame.
    pub fn decode(frame: &Frame<'_>) -> Result<Self, ContentError> {
        if frame.is_from_meter() {
            return Err(ContentError::Direction);
        }
        let plain = frame.data();
        let mut data: &[u8] = &plain;
        let request = match frame.control() {
            READ => Self::Read {
                di: Di::from_wire(take(&mut data)?),
                arguments: std::mem::take(&mut data).to_vec(),
            },
            READ_FOLLOW_UP => Self::ReadFollowUp {
                di: Di::from_wire(take(&mut data)?),
            },
            READ_AGAIN => Self::ReadAgain,
            WRITE => Self::Write {
                di: Di::from_wire(take(&mut data)?),
                password: Password::read(take(&mut data)?),
                data: std::mem::take(&mut data).to_vec(),
            },
            WRITE_ADDRESS => Self::WriteAddress {
                new_address: Address::from_wire(take(&mut data)?),
            },
            BROADCAST_TIME => Self::BroadcastTime {
                time: bad(moment::date_time(take(&mut data)?))?,
            },
            CHANGE_BAUD => Self::ChangeBaud {
                baud: bad(Baud::read(take::<1>(&mut data)?[0]))?,
            },
            CHANGE_PASSWORD => Self::ChangePassword {
                old: Password::read(take(&mut data)?),
                new: Password::read(take(&mut data)?),
            },
            CLEAR_DEMAND if data.is_empty() => Self::ClearDemand { password: None },
            CLEAR_DEMAND => Self::ClearDemand {
                password: Some(Password::read(take(&mut data)?)),
            },
            control => Self::Other {
                control,
                data: std::mem::take(&mut data).to_vec(),
            },
        };
        take_all::<0>(data)?;
        Ok(request)
    }
}
