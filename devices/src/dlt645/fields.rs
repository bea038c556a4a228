//! The small fields requests are made of.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// A password and the level it opens. Never shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Password {
    /// `PA`; 0 is the highest.
    pub level: u8,
    /// `P0 P1 P2`, the lowest byte first.
    pub secret: [u8; 3],
}

impl Password {
    pub(crate) fn read(bytes: [u8; 4]) -> Self {
        let [level, secret @ ..] = bytes;
        Self { level, secret }
    }

    pub(crate) fn bytes(self) -> [u8; 4] {
        let [low, middle, high] = self.secret;
        [self.level, low, middle, high]
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// Two digits of level, then six of the password, the highest first: `02020637`.
impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [level, high, middle, low] = four(&String::deserialize(deserializer)?)
            .ok_or_else(|| de::Error::custom("密码应为级别两位加密码六位"))?;
        Ok(Self {
            level,
            secret: [low, middle, high],
        })
    }
}

/// Who orders: a code that a meter notes in its events. Never shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Operator(pub [u8; 4]);

impl fmt::Debug for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Operator(…)")
    }
}

/// Eight digits, the highest first.
impl<'de> Deserialize<'de> for Operator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut bytes = four(&String::deserialize(deserializer)?)
            .ok_or_else(|| de::Error::custom("操作者代码应为八位"))?;
        bytes.reverse();
        Ok(Self(bytes))
    }
}

fn four(text: &str) -> Option<[u8; 4]> {
    let mut bytes = [0; 4];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// A line's speed, as the bit it has in a change of speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub enum Baud {
    B600 = 0x04,
    B1200 = 0x08,
    B2400 = 0x10,
    B4800 = 0x20,
    B9600 = 0x40,
    B19200 = 0x80,
}

const BAUDS: [(Baud, u32); 6] = [
    (Baud::B600, 600),
    (Baud::B1200, 1200),
    (Baud::B2400, 2400),
    (Baud::B4800, 4800),
    (Baud::B9600, 9600),
    (Baud::B19200, 19200),
];

impl Baud {
    pub(crate) fn read(code: u8) -> Option<Self> {
        let mut bauds = BAUDS.iter().map(|(baud, _)| *baud);
        bauds.find(|baud| baud.code() == code)
    }

    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// Bits per second.
    pub fn per_second(self) -> u32 {
        let mut bauds = BAUDS.iter();
        bauds
            .find(|(baud, _)| *baud == self)
            .map_or(0, |(_, speed)| *speed)
    }
}

impl TryFrom<u32> for Baud {
    type Error = &'static str;

    fn try_from(speed: u32) -> Result<Self, &'static str> {
        let found = BAUDS.iter().find(|(_, known)| *known == speed);
        found
            .map(|(baud, _)| *baud)
            .ok_or("波特率应为 600 至 19200")
    }
}
