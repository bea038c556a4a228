//! What a master sends.

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::Di;
use crate::content::{ContentError, bad, take, take_all};
use crate::dlt645::{Address, Baud, Frame, Operator, Password, Wire, encode};
use crate::moment::{self, YearlyMinute};
use crate::text;

pub(super) const READ: u8 = 0x11;
pub(super) const READ_FOLLOW_UP: u8 = 0x12;
pub(super) const READ_ADDRESS: u8 = 0x13;
const WRITE: u8 = 0x14;
const WRITE_ADDRESS: u8 = 0x15;
const BROADCAST_TIME: u8 = 0x08;
const FREEZE: u8 = 0x16;
const CHANGE_BAUD: u8 = 0x17;
pub(super) const CHANGE_PASSWORD: u8 = 0x18;
const CLEAR_DEMAND: u8 = 0x19;
const CLEAR_METER: u8 = 0x1A;
const CLEAR_EVENTS: u8 = 0x1B;
const CONTROL: u8 = 0x1C;
const OUTPUT: u8 = 0x1D;

/// What a relay is to do. The meter's answer is no proof that it did: read 04000503 afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// 跳闸
    Trip = 0x1A,
    /// 合闸允许
    PermitClose = 0x1B,
    /// 直接合闸
    Close = 0x1C,
    /// 报警
    Alarm = 0x2A,
    /// 报警解除
    AlarmOff = 0x2B,
    /// 保电
    KeepOn = 0x3A,
    /// 保电解除
    KeepOnOff = 0x3B,
}

impl Order {
    pub const ALL: [Self; 7] = [
        Self::Trip,
        Self::PermitClose,
        Self::Close,
        Self::Alarm,
        Self::AlarmOff,
        Self::KeepOn,
        Self::KeepOnOff,
    ];

    fn read(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|order| *order as u8 == code)
    }
}

/// A master's frame.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// `arguments`: how many records of a load profile, and from when on.
    Read {
        di: Di,
        #[serde(default, deserialize_with = "text::hex_bytes")]
        arguments: Vec<u8>,
    },
    ReadFollowUp {
        di: Di,
        seq: u8,
    },
    /// Sent to [`Address::ANY`].
    ReadAddress,
    Write {
        di: Di,
        password: Password,
        operator: Operator,
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
    /// To [`Address::BROADCAST`] nobody answers.
    Freeze {
        at: YearlyMinute,
    },
    ChangeBaud {
        baud: Baud,
    },
    ChangePassword {
        di: Di,
        old: Password,
        new: Password,
    },
    ClearDemand {
        password: Password,
        operator: Operator,
    },
    ClearMeter {
        password: Password,
        operator: Operator,
    },
    /// `di`: which events; FFFFFFFF all.
    ClearEvents {
        password: Password,
        operator: Operator,
        di: Di,
    },
    Control {
        password: Password,
        operator: Operator,
        order: Order,
        #[serde(deserialize_with = "text::date_time")]
        valid_until: NaiveDateTime,
    },
    /// What a multifunction terminal puts out: 0 clock, 1 demand period, 2 switching of tariffs.
    Output {
        code: u8,
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
            Self::Read { di, arguments } => (READ, concat(&[&di.wire(), arguments])),
            Self::ReadFollowUp { di, seq } => (READ_FOLLOW_UP, concat(&[&di.wire(), &[*seq]])),
            Self::ReadAddress => (READ_ADDRESS, Vec::new()),
            Self::Write {
                di,
                password,
                operator,
                data,
            } => {
                let fields = [&di.wire()[..], &password.bytes(), &operator.0, data];
                (WRITE, concat(&fields))
            }
            Self::WriteAddress { new_address } => (WRITE_ADDRESS, new_address.wire().to_vec()),
            Self::BroadcastTime { time } => {
                (BROADCAST_TIME, moment::date_time_bytes(*time).to_vec())
            }
            Self::Freeze { at } => (FREEZE, at.bytes().to_vec()),
            Self::ChangeBaud { baud } => (CHANGE_BAUD, vec![baud.code()]),
            Self::ChangePassword { di, old, new } => (
                CHANGE_PASSWORD,
                concat(&[&di.wire(), &old.bytes(), &new.bytes()]),
            ),
            Self::ClearDemand { password, operator } => {
                (CLEAR_DEMAND, concat(&[&password.bytes(), &operator.0]))
            }
            Self::ClearMeter { password, operator } => {
                (CLEAR_METER, concat(&[&password.bytes(), &operator.0]))
            }
            Self::ClearEvents {
                password,
                operator,
                di,
            } => (
                CLEAR_EVENTS,
                concat(&[&password.bytes(), &operator.0, &di.wire()]),
            ),
            Self::Control {
                password,
                operator,
                order,
                valid_until,
            } => {
                let until = moment::date_time_bytes(*valid_until);
                let fields = [
                    &password.bytes()[..],
                    &operator.0,
                    &[*order as u8, 0],
                    &until,
                ];
                (CONTROL, concat(&fields))
            }
            Self::Output { code } => (OUTPUT, vec![*code]),
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
                seq: take::<1>(&mut data)?[0],
            },
            READ_ADDRESS => Self::ReadAddress,
            WRITE => Self::Write {
                di: Di::from_wire(take(&mut data)?),
                password: Password::read(take(&mut data)?),
                operator: Operator(take(&mut data)?),
                data: std::mem::take(&mut data).to_vec(),
            },
            WRITE_ADDRESS => Self::WriteAddress {
                new_address: Address::from_wire(take(&mut data)?),
            },
            BROADCAST_TIME => Self::BroadcastTime {
                time: bad(moment::date_time(take(&mut data)?))?,
            },
            FREEZE => Self::Freeze {
                at: bad(YearlyMinute::read(take(&mut data)?))?,
            },
            CHANGE_BAUD => Self::ChangeBaud {
                baud: bad(Baud::read(take::<1>(&mut data)?[0]))?,
            },
            CHANGE_PASSWORD => Self::ChangePassword {
                di: Di::from_wire(take(&mut data)?),
                old: Password::read(take(&mut data)?),
                new: Password::read(take(&mut data)?),
            },
            CLEAR_DEMAND | CLEAR_METER | CLEAR_EVENTS | CONTROL => {
                Self::privileged(frame.control(), &mut data)?
            }
            OUTPUT => Self::Output {
                code: take::<1>(&mut data)?[0],
            },
            control => Self::Other {
                control,
                data: std::mem::take(&mut data).to_vec(),
            },
        };
        take_all::<0>(data)?;
        Ok(request)
    }

    /// The requests that begin with a password and who orders.
    fn privileged(control: u8, data: &mut &[u8]) -> Result<Self, ContentError> {
        let password = Password::read(take(data)?);
        let operator = Operator(take(data)?);
        Ok(match control {
            CLEAR_DEMAND => Self::ClearDemand { password, operator },
            CLEAR_METER => Self::ClearMeter { password, operator },
            CLEAR_EVENTS => Self::ClearEvents {
                password,
                operator,
                di: Di::from_wire(take(data)?),
            },
            _ => {
                let [order, zero] = take(data)?;
                bad((zero == 0).then_some(()))?;
                Self::Control {
                    password,
                    operator,
                    order: bad(Order::read(order))?,
                    valid_until: bad(moment::date_time(take(data)?))?,
                }
            }
        })
    }
}

fn concat(fields: &[&[u8]]) -> Vec<u8> {
    fields.concat()
}
