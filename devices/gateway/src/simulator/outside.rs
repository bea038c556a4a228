//! What a simulated collector shows to the gateway.

use chaobiao_devices::FrameDecoder;

use crate::link::{Door, Registration};
use crate::meter::CollectorId;
use crate::wrapper::concentrator::{self, Address, Port, Wire};
use crate::wrapper::{Wrapper, bluetooth, data_unit};

/// How it registers and what it puts around the bytes of its bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Its name in letters, a line's end, then bare bytes.
    #[default]
    Text,
    /// Frames of a concentrator.
    Concentrator,
    /// Frames of a data unit.
    DataUnit,
    /// Frames of a Bluetooth concentrator; it says nothing until it is asked.
    Bluetooth,
}

impl Outside {
    /// The name of the collector with this number.
    pub fn name(self, number: u32) -> CollectorId {
        let text = match self {
            Self::Text => format!("SIM-{number:06}"),
            Self::Concentrator => {
                let Address([a, b, c, d, _]) = address(number);
                format!("{b:02X}{a:02X}{d:02X}{c:02X}")
            }
            Self::DataUnit => format!("138{:08}", number % 100_000_000),
            Self::Bluetooth => format!("{number:012}"),
        };
        text.parse()
            .unwrap_or_else(|_| unreachable!("the forms are plain"))
    }

    /// How the gateway has to receive the collector of this name.
    pub fn door(self, id: &CollectorId) -> Door {
        match self {
            Self::Text => Door::default(),
            Self::Concentrator => Door {
                wrapper: Wrapper::Concentrator(Port::default()),
                registration: Registration::Wrapped,
                ..Door::default()
            },
            Self::DataUnit => Door {
                wrapper: Wrapper::DataUnit,
                registration: Registration::Wrapped,
                ..Door::default()
            },
            Self::Bluetooth => Door {
                wrapper: id
                    .as_str()
                    .parse()
                    .map_or(Wrapper::Bare, |number| Wrapper::Bluetooth { number }),
                ..Door::default()
            },
        }
    }

    /// What it sends first.
    pub(super) fn hello(self, id: &CollectorId) -> Vec<u8> {
        match self {
            Self::Text => format!("{id}\n").into_bytes(),
            Self::Concentrator => {
                concentrator::terminal::hello(named(id), false).unwrap_or_default()
            }
            Self::DataUnit => data_unit::terminal::hello(id).unwrap_or_default(),
            Self::Bluetooth => Vec::new(),
        }
    }

    pub(super) fn wrap(self, id: &CollectorId, inner: &[u8]) -> Vec<u8> {
        match self {
            Self::Text => inner.to_vec(),
            Self::Concentrator => {
                let port = Port::default().number;
                concentrator::terminal::answer(named(id), port, inner).unwrap_or_default()
            }
            Self::DataUnit => data_unit::terminal::up(id, inner).unwrap_or_default(),
            Self::Bluetooth => {
                let number = id.as_str().parse().ok();
                let answer = number.and_then(|own| bluetooth::terminal::answer(own, inner));
                answer.unwrap_or_default()
            }
        }
    }
}

/// Region 0571, the number below it.
fn address(number: u32) -> Address {
    let [low, high, ..] = number.to_le_bytes();
    Address([0x71, 0x05, low, high, 0])
}

fn named(id: &CollectorId) -> Address {
    let digits = u32::from_str_radix(id.as_str().get(4..).unwrap_or_default(), 16);
    address(digits.unwrap_or_default())
}

/// Takes off what the gateway put around its requests.
pub(super) enum Opener {
    Bare,
    Concentrator(Box<FrameDecoder<Wire>>),
    DataUnit(Vec<u8>),
    Bluetooth(bluetooth::terminal::Opener),
}

impl Opener {
    pub(super) fn new(outside: Outside) -> Self {
        match outside {
            Outside::Text => Self::Bare,
            Outside::Concentrator => Self::Concentrator(Box::new(FrameDecoder::new(Wire))),
            Outside::DataUnit => Self::DataUnit(Vec::new()),
            Outside::Bluetooth => Self::Bluetooth(bluetooth::terminal::Opener::default()),
        }
    }

    /// The bytes for the bus.
    pub(super) fn open(&mut self, piece: &[u8]) -> Vec<u8> {
        match self {
            Self::Bare => piece.to_vec(),
            Self::Concentrator(decoder) => {
                let mut inner = Vec::new();
                decoder.feed(piece, |content| {
                    let asked = concentrator::terminal::asked(content);
                    inner.extend(asked.unwrap_or_default());
                });
                inner
            }
            Self::Bluetooth(opener) => opener.open(piece),
            Self::DataUnit(held) => {
                held.extend_from_slice(piece);
                let mut inner = Vec::new();
                while let Some(&[_, _, high, low]) = held.first_chunk() {
                    let whole = usize::from(u16::from_be_bytes([high, low]));
                    if whole == 0 || held.len() < whole {
                        break;
                    }
                    let frame: Vec<u8> = held.drain(..whole).collect();
                    inner.extend(data_unit::terminal::asked(&frame).unwrap_or_default());
                }
                inner
            }
        }
    }
}
