//! What concentrators and data units put around the bytes of a bus. Pure: bytes in, bytes out.

pub mod bluetooth;
pub mod concentrator;
pub mod data_unit;
mod held;
pub mod label;
pub mod lora;

use serde::Deserialize;

use crate::meter::CollectorId;

/// Which wrapper a link has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "wrapper", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wrapper {
    /// None: the bytes of the bus as they are.
    #[default]
    Bare,
    /// Frames of a concentrator (Q/GDW 376.1), which forward to a port.
    Concentrator(concentrator::Port),
    /// `7B … 7B`, with an eleven-digit number in each.
    DataUnit,
    /// `BD … 16`, a Bluetooth concentrator; whoever opens the line knows its number.
    Bluetooth { number: bluetooth::Number },
}

/// What was found inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwrapped {
    /// Bytes of the bus.
    Inner(Vec<u8>),
    /// The collector says who and that it is there; `answer` is to be sent back.
    Alive { id: CollectorId, answer: Vec<u8> },
    /// It takes its leave.
    Leaving,
}

/// Takes the wrapper off a stream, however it is cut, and puts it on. One per link.
#[derive(Debug)]
pub enum Unwrapper {
    Bare,
    Concentrator(Box<concentrator::Unwrapper>),
    DataUnit(data_unit::Unwrapper),
    Bluetooth(bluetooth::Unwrapper),
}

impl Unwrapper {
    pub fn new(wrapper: &Wrapper) -> Self {
        match wrapper {
            Wrapper::Bare => Self::Bare,
            Wrapper::Concentrator(port) => {
                Self::Concentrator(Box::new(concentrator::Unwrapper::new(port.clone())))
            }
            Wrapper::DataUnit => Self::DataUnit(data_unit::Unwrapper::default()),
            Wrapper::Bluetooth { number } => Self::Bluetooth(bluetooth::Unwrapper::new(*number)),
        }
    }

    /// Takes the next piece of the stream.
    pub fn feed(&mut self, piece: &[u8], take: impl FnMut(Unwrapped)) {
        let mut take = take;
        match self {
            Self::Bare => take(Unwrapped::Inner(piece.to_vec())),
            Self::Concentrator(outer) => outer.feed(piece, take),
            Self::DataUnit(outer) => outer.feed(piece, take),
            Self::Bluetooth(outer) => outer.feed(piece, take),
        }
    }

    /// The line has been silent: what waits for more is given up, byte by byte.
    pub fn idle(&mut self, take: impl FnMut(Unwrapped)) {
        match self {
            Self::Bare => {}
            Self::Concentrator(outer) => outer.idle(take),
            Self::DataUnit(outer) => outer.idle(take),
            Self::Bluetooth(outer) => outer.idle(take),
        }
    }

    /// The bytes to send for `inner`; nothing if it is too long or nobody has registered yet.
    pub fn wrap(&mut self, inner: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Bare => Some(inner.to_vec()),
            Self::Concentrator(outer) => outer.wrap(inner),
            Self::DataUnit(outer) => outer.wrap(inner),
            Self::Bluetooth(outer) => outer.wrap(inner),
        }
    }

    /// Bytes that wait for more; bounded, whatever comes.
    pub fn held(&self) -> usize {
        match self {
            Self::Bare => 0,
            Self::Concentrator(outer) => outer.held(),
            Self::DataUnit(outer) => outer.held(),
            Self::Bluetooth(outer) => outer.held(),
        }
    }
}
