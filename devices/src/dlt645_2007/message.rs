//! What a meter answers, and either side's frames in one.

use super::Di;
use super::request::{CHANGE_PASSWORD, READ, READ_ADDRESS, READ_FOLLOW_UP, Request};
use crate::content::{ContentError, take, take_all};
use crate::dlt645::{
    ABNORMAL, Address, FROM_METER, FUNCTION, Frame, MORE, Password, Reason, Refusal, Wire, encode,
};

/// The bits of the word in a refusal.
pub const REASONS: [Reason; 7] = [
    Reason::new(0, "other", "其他错误"),
    Reason::new(1, "no_data", "无请求数据"),
    Reason::new(2, "password", "密码错误或未授权"),
    Reason::new(3, "baud", "通信速率不能更改"),
    Reason::new(4, "year_zones", "年时区数超限"),
    Reason::new(5, "day_slots", "日时段数超限"),
    Reason::new(6, "tariffs", "费率数超限"),
];

/// A meter's frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To a read; `more`: ask for the rest, see [`super::join`].
    Data {
        di: Di,
        data: Vec<u8>,
        more: bool,
    },
    /// To a request for the rest.
    FollowUp {
        di: Di,
        data: Vec<u8>,
        seq: u8,
        more: bool,
    },
    Address(Address),
    /// The new password, repeated.
    PasswordChanged(Password),
    /// Done, to anything else; some answers repeat what was set.
    Done {
        control: u8,
        data: Vec<u8>,
    },
    /// Refused, whatever it was.
    Refused {
        control: u8,
        refusal: Refusal,
    },
}

impl Answer {
    /// The control byte and DATA.
    pub fn parts(&self) -> (u8, Vec<u8>) {
        let goes_on =
            |function: u8, more: bool| function | FROM_METER | if more { MORE } else { 0 };
        match self {
            Self::Data { di, data, more } => {
                (goes_on(READ, *more), [&di.wire(), &data[..]].concat())
            }
            Self::FollowUp {
                di,
                data,
                seq,
                more,
            } => {
                let fields = [&di.wire(), &data[..], &[*seq]];
                (goes_on(READ_FOLLOW_UP, *more), fields.concat())
            }
            Self::Address(address) => (READ_ADDRESS | FROM_METER, address.wire().to_vec()),
            Self::PasswordChanged(password) => {
                (CHANGE_PASSWORD | FROM_METER, password.bytes().to_vec())
            }
            Self::Done { control, data } => (*control, data.clone()),
            Self::Refused { control, refusal } => (*control, refusal.word.clone()),
        }
    }

    /// The frame; nothing if it is too long.
    pub fn encode(&self, address: &Address, wire: Wire) -> Option<Vec<u8>> {
        let (control, data) = self.parts();
        encode(wire, 0, address, control, &data)
    }

    /// Reads a meter's frame.
    pub fn decode(frame: &Frame<'_>) -> Result<Self, ContentError> {
        if !frame.is_from_meter() {
            return Err(ContentError::Direction);
        }
        let plain = frame.data();
        let mut data: &[u8] = &plain;
        let control = frame.control();
        let more = frame.more_follows();
        if control & ABNORMAL != 0 {
            let word = data.to_vec();
            let refusal = Refusal { word };
            return Ok(Self::Refused { control, refusal });
        }
        Ok(match control & FUNCTION {
            READ => Self::Data {
                di: Di::from_wire(take(&mut data)?),
                data: data.to_vec(),
                more,
            },
            READ_FOLLOW_UP => {
                let di = Di::from_wire(take(&mut data)?);
                let (seq, data) = data.split_last().ok_or(ContentError::Length)?;
                Self::FollowUp {
                    di,
                    data: data.to_vec(),
                    seq: *seq,
                    more,
                }
            }
            READ_ADDRESS if !more => Self::Address(Address::from_wire(take_all(data)?)),
            CHANGE_PASSWORD if !more && !data.is_empty() => {
                Self::PasswordChanged(Password::read(take_all(data)?))
            }
            _ => Self::Done {
                control,
                data: data.to_vec(),
            },
        })
    }
}

/// A frame of either side.
pub type Message = crate::content::Message<Request, Answer>;

impl Message {
    pub fn decode(frame: &Frame<'_>) -> Result<Self, ContentError> {
        if frame.is_from_meter() {
            Answer::decode(frame).map(Self::Answer)
        } else {
            Request::decode(frame).map(Self::Request)
        }
    }
}
