//! The typed values read from an answer's bytes.

use chrono::{NaiveDateTime, NaiveTime};

use super::Layout;
use crate::bcd;
use crate::moment::{self, WeekdayDate, YearlyMinute};
use crate::quantity::{Field, Format, Quantity};

pub(super) const MINUTE_BYTES: usize = 5;
/// Separates the fields of a block in the edition of 1997; no digits are this.
const SEPARATOR: u8 = 0xAA;

/// A number and when it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    pub number: Field<Quantity>,
    pub at: Field<NaiveDateTime>,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(Field<Quantity>),
    /// Total first, then each tariff; or each phase.
    Numbers(Vec<Field<Quantity>>),
    Timed(Timed),
    TimedMany(Vec<Timed>),
    Date(Field<WeekdayDate>),
    Time(Field<NaiveTime>),
    Minute(Field<NaiveDateTime>),
    YearlyMinute(Field<YearlyMinute>),
    Second(Field<NaiveDateTime>),
    /// The highest digit first.
    Digits(Field<String>),
    Text(Field<String>),
    /// The bits of a status word, and which word it is.
    Flags {
        word: u8,
        bits: u16,
    },
    /// Not decoded further: the raw bytes are the value.
    Raw,
    /// The item has another length than the standard's: this meter needs a profile.
    Mismatch,
}

/// What is to be said about a value besides the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The meter has no such value.
    NotSupported,
    /// A nibble that is no digit.
    InvalidBcd,
    /// Digits that are no date or time.
    InvalidTime,
    /// Another length than the item has.
    LengthMismatch,
}

impl Mark {
    /// The stable name used in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotSupported => "not_supported",
            Self::InvalidBcd => "invalid_bcd",
            Self::InvalidTime => "invalid_time",
            Self::LengthMismatch => "length_mismatch",
        }
    }
}

impl Value {
    /// `separated`: fields of a block may be followed by separators.
    pub(super) fn read(layout: Layout, bytes: &[u8], separated: bool) -> Self {
        if layout.bytes().is_some_and(|size| size != bytes.len()) {
            return Self::Mismatch;
        }
        match layout {
            Layout::Number(format) => Self::Number(format.read(bytes)),
            Layout::Numbers(format) => {
                fields(bytes, format.size(), separated, |bytes| format.read(bytes))
                    .map_or(Self::Mismatch, Self::Numbers)
            }
            Layout::Timed(format) => Self::Timed(timed(format, bytes)),
            Layout::TimedMany(format) => {
                let size = format.size() + MINUTE_BYTES;
                fields(bytes, size, separated, |bytes| timed(format, bytes))
                    .map_or(Self::Mismatch, Self::TimedMany)
            }
            Layout::Date => Self::Date(whole(bytes, moment::weekday_date)),
            Layout::Time => Self::Time(whole(bytes, moment::time)),
            Layout::Minute => Self::Minute(whole(bytes, moment::minute)),
            Layout::YearlyMinute => Self::YearlyMinute(whole(bytes, YearlyMinute::read)),
            Layout::Second => Self::Second(whole(bytes, moment::date_time)),
            Layout::Digits(_) => Self::Digits(Field::read(bytes, digits)),
            Layout::Text(_) => Self::Text(Field::read(bytes, text)),
            Layout::Flags(word) => match *bytes {
                [low, high] => Self::Flags {
                    word,
                    bits: u16::from_le_bytes([low, high]),
                },
                _ => Self::Mismatch,
            },
            Layout::Raw => Self::Raw,
        }
    }

    /// What is to be said about the value as a whole. In a block each field speaks for itself.
    pub fn mark(&self) -> Option<Mark> {
        match self {
            Self::Number(field) => mark(field, Mark::InvalidBcd),
            Self::Digits(field) | Self::Text(field) => mark(field, Mark::InvalidBcd),
            Self::Timed(timed) => {
                mark(&timed.number, Mark::InvalidBcd).or(mark(&timed.at, Mark::InvalidTime))
            }
            Self::Date(field) => mark(field, Mark::InvalidTime),
            Self::Time(field) => mark(field, Mark::InvalidTime),
            Self::Minute(field) | Self::Second(field) => mark(field, Mark::InvalidTime),
            Self::YearlyMinute(field) => mark(field, Mark::InvalidTime),
            Self::Mismatch => Some(Mark::LengthMismatch),
            Self::Numbers(_) | Self::TimedMany(_) | Self::Flags { .. } | Self::Raw => None,
        }
    }
}

fn mark<T>(field: &Field<T>, damage: Mark) -> Option<Mark> {
    match field {
        Field::Present(_) => None,
        Field::NotFitted => Some(Mark::NotSupported),
        Field::Damaged => Some(damage),
    }
}

fn whole<const BYTES: usize, T>(
    bytes: &[u8],
    read: impl FnOnce([u8; BYTES]) -> Option<T>,
) -> Field<T> {
    Field::read(bytes, |bytes| read(bytes.try_into().ok()?))
}

fn timed(format: Format, bytes: &[u8]) -> Timed {
    let (number, at) = bytes.split_at(format.size().min(bytes.len()));
    Timed {
        number: format.read(number),
        at: whole(at, moment::minute),
    }
}

/// Cuts a block into fields; nothing if it does not come out even. A separator at the end closes
/// the block, and one between fields is passed over.
fn fields<T>(
    mut bytes: &[u8],
    size: usize,
    separated: bool,
    read: impl Fn(&[u8]) -> T,
) -> Option<Vec<T>> {
    let mut fields = Vec::with_capacity(bytes.len() / size);
    loop {
        if let [SEPARATOR, rest @ ..] = bytes
            && separated
            && !fields.is_empty()
        {
            bytes = rest;
        }
        if bytes.is_empty() {
            return (!fields.is_empty()).then_some(fields);
        }
        let (field, rest) = bytes.split_at_checked(size)?;
        fields.push(read(field));
        bytes = rest;
    }
}

fn digits(bytes: &[u8]) -> Option<String> {
    bytes
        .iter()
        .all(|byte| bcd::pair(*byte).is_some())
        .then(|| bcd::high_first(bytes))
}

/// Characters come the last one first; what is left of the field is filled with zeros.
fn text(bytes: &[u8]) -> Option<String> {
    let characters: Vec<u8> = bytes
        .iter()
        .rev()
        .copied()
        .filter(|byte| *byte != 0)
        .collect();
    let printable = |byte: &u8| matches!(byte, b' '..=b'~');
    let text = String::from_utf8(characters).ok()?;
    text.bytes()
        .all(|byte| printable(&byte))
        .then(|| text.trim().to_owned())
}
