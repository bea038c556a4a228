//! What an identifier names, how its bytes are laid out, and the values read from them.

mod di;
mod flags;
mod pattern;
mod value;

use std::borrow::Cow;

pub use di::{Di, DiError};
pub use flags::{FLAG_WORDS, Flag, FlagWord, flags};
pub use pattern::Pattern;
pub use value::{Mark, Timed, Value};

use crate::quantity::Format;

/// How the bytes behind an identifier are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One number.
    Number(Format),
    /// A block: the same number as often as it fits (total, then each tariff; each phase).
    Numbers(Format),
    /// A number and when it was reached: `mm hh DD MM YY` (maximum demand).
    Timed(Format),
    /// A block of these.
    TimedMany(Format),
    /// `WW DD MM YY`.
    Date,
    /// `ss mm hh`.
    Time,
    /// `mm hh DD MM YY`.
    Minute,
    /// `mm hh DD MM`.
    YearlyMinute,
    /// `ss mm hh DD MM YY`.
    Second,
    /// Digits that are no number: an address, a meter's number.
    Digits(u8),
    /// Characters, the last one first.
    Text(u8),
    /// Two bytes of bits, by the number of their word.
    Flags(u8),
    /// Not decoded further.
    Raw,
}

/// One row of a table of identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub pattern: Pattern,
    /// A stable name; `{t}`, `{h}`, `{n}`, `{di}` stand for what the pattern leaves open.
    pub name: Cow<'static, str>,
    /// What it is called in the trade.
    pub title: Cow<'static, str>,
    pub layout: Layout,
}

impl Item {
    pub(crate) const fn new(
        pattern: &'static str,
        name: &'static str,
        title: &'static str,
        layout: Layout,
    ) -> Self {
        Self {
            pattern: Pattern::of(pattern),
            name: Cow::Borrowed(name),
            title: Cow::Borrowed(title),
            layout,
        }
    }

    /// The name of this one identifier.
    pub fn name_of(&self, di: u32) -> String {
        self.pattern.fill(&self.name, di)
    }

    /// The title of this one identifier.
    pub fn title_of(&self, di: u32) -> String {
        self.pattern.fill(&self.title, di)
    }

    /// Reads the bytes behind the identifier.
    pub fn read(&self, bytes: &[u8]) -> Value {
        // Only the edition with short identifiers separates the fields of a block.
        Value::read(self.layout, bytes, self.pattern.bytes() == 2)
    }
}

/// The first row for an identifier: narrow patterns stand before wide ones.
pub(crate) fn find<'a>(groups: &[&'a [Item]], di: u32) -> Option<&'a Item> {
    let mut rows = groups.iter().copied().flatten();
    rows.find(|item| item.pattern.matches(di))
}

/// A number's form as the standards write it: `XXXXXX.XX`.
pub fn picture(format: &Format) -> String {
    let digits = format.size() * 2;
    let decimals = usize::from(format.decimals);
    let whole = "X".repeat(digits.saturating_sub(decimals).max(1));
    let point = if decimals == 0 { "" } else { "." };
    let sign = if format.signed { "±" } else { "" };
    format!("{sign}{whole}{point}{}", "X".repeat(decimals))
}

impl Layout {
    /// The number it is made of, if it is.
    pub fn format(&self) -> Option<&Format> {
        match self {
            Self::Number(format)
            | Self::Numbers(format)
            | Self::Timed(format)
            | Self::TimedMany(format) => Some(format),
            _ => None,
        }
    }

    pub(crate) fn format_mut(&mut self) -> Option<&mut Format> {
        match self {
            Self::Number(format)
            | Self::Numbers(format)
            | Self::Timed(format)
            | Self::TimedMany(format) => Some(format),
            _ => None,
        }
    }

    /// The form as the standards write it.
    pub fn picture(&self) -> String {
        let number = self.format().map(picture).unwrap_or_default();
        match self {
            Self::Number(_) => number,
            Self::Numbers(_) => format!("{number} …"),
            Self::Timed(_) => format!("{number} YYMMDDhhmm"),
            Self::TimedMany(_) => format!("{number} YYMMDDhhmm …"),
            Self::Date => "YYMMDDWW".to_owned(),
            Self::Time => "hhmmss".to_owned(),
            Self::Minute => "YYMMDDhhmm".to_owned(),
            Self::YearlyMinute => "MMDDhhmm".to_owned(),
            Self::Second => "YYMMDDhhmmss".to_owned(),
            Self::Digits(bytes) => "N".repeat(usize::from(*bytes) * 2),
            Self::Text(bytes) => format!("ASCII × {bytes}"),
            Self::Flags(word) => format!("运行状态字 {word}"),
            Self::Raw => "…".to_owned(),
        }
    }

    /// How many bytes it takes; `None` where it varies.
    pub fn bytes(&self) -> Option<usize> {
        match self {
            Self::Number(format) => Some(format.size()),
            Self::Timed(format) => Some(format.size() + value::MINUTE_BYTES),
            Self::Date | Self::YearlyMinute => Some(4),
            Self::Time => Some(3),
            Self::Minute => Some(value::MINUTE_BYTES),
            Self::Second => Some(6),
            Self::Digits(bytes) | Self::Text(bytes) => Some(usize::from(*bytes)),
            Self::Flags(_) => Some(2),
            Self::Numbers(_) | Self::TimedMany(_) | Self::Raw => None,
        }
    }
}
