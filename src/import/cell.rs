use chaobiao_decision::Rejection;
use chaobiao_domain::units::{ValueError, normalise_digits, parse_decimal};
use chrono::{NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;

use super::moment::{self, Moment};

/// A spreadsheet keeps 15 digits of a number; what comes after them is an artefact of binary
/// fractions, and a longer identifier has lost its end.
const DIGITS_KEPT: u32 = 15;

/// One cell, as far from its file format as it can be without knowing its column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    /// A number of a spreadsheet, in its shortest decimal form, without exponent.
    Number(String),
    Moment(NaiveDateTime),
    Bool(bool),
    /// `#N/A` and its kind.
    Broken(String),
    /// A figure in a unit the file's profile does not know.
    UnknownUnit(String),
}

impl Cell {
    /// Takes off what people type to keep a spreadsheet from changing a number: `'00123`,
    /// `="00123"`.
    pub(super) fn from_text(text: &str) -> Self {
        let text = trim(text);
        let text = match text
            .strip_prefix("=\"")
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(inner) => trim(inner),
            None => text.strip_prefix('\'').unwrap_or(text),
        };
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// Nothing there, or a mark for nothing.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => matches!(
                text.to_ascii_lowercase().as_str(),
                "" | "-" | "--" | "—" | "/" | "\\n" | "null" | "无"
            ),
            _ => false,
        }
    }

    /// The cell as a name, a number of an account or meter, a remark.
    pub(super) fn text(&self, what: &str) -> Result<String, Rejection> {
        match self {
            Self::Empty => Ok(String::new()),
            Self::Text(text) => Ok(text.clone()),
            Self::Number(number) => {
                let digits = number.bytes().filter(u8::is_ascii_digit).count();
                if digits > DIGITS_KEPT as usize {
                    return Err(Rejection::new(
                        "IMPORT_NUMBER_CUT",
                        format!("{what}超过 15 位，已被表格软件截断，请把该列设为文本后重新填写"),
                    ));
                }
                Ok(number.clone())
            }
            Self::Moment(moment) => Ok(moment.to_string()),
            Self::Bool(true) => Ok("是".to_owned()),
            Self::Bool(false) => Ok("否".to_owned()),
            Self::Broken(mark) => Err(broken(what, mark)),
            Self::UnknownUnit(unit) => Err(unknown_unit(what, unit)),
        }
    }

    /// The cell as an exact decimal; no binary fraction takes part.
    pub(super) fn decimal(&self, what: &'static str) -> Result<Decimal, Rejection> {
        match self {
            Self::Number(number) => number
                .parse::<Decimal>()
                .ok()
                .and_then(|value| value.round_sf(DIGITS_KEPT))
                .map(|value| value.normalize())
                .ok_or_else(|| refused(&ValueError::OutOfRange { what })),
            Self::Broken(mark) => Err(broken(what, mark)),
            Self::UnknownUnit(unit) => Err(unknown_unit(what, unit)),
            Self::Empty | Self::Text(_) => {
                let text = ungrouped(&normalise_digits(&self.text(what)?));
                parse_decimal(&text, what)
                    .map(|value| value.normalize())
                    .map_err(|error| refused(&error))
            }
            Self::Moment(_) | Self::Bool(_) => Err(refused(&ValueError::NotANumber { what })),
        }
    }

    pub(super) fn moment(&self, what: &'static str) -> Result<Moment, Rejection> {
        let bad = || refused(&ValueError::BadFormat { what });
        match self {
            Self::Moment(at) if at.time() == NaiveTime::MIN => Ok(Moment::day(at.date())),
            Self::Moment(at) => Ok(Moment::instant(*at)),
            Self::Number(number) => moment::from_serial(number).ok_or_else(bad),
            Self::Text(text) => moment::parse(text).ok_or_else(bad),
            Self::Broken(mark) => Err(broken(what, mark)),
            Self::UnknownUnit(unit) => Err(unknown_unit(what, unit)),
            Self::Empty => Err(refused(&ValueError::Empty { what })),
            Self::Bool(_) => Err(bad()),
        }
    }

    pub(super) fn yes_or_no(&self, what: &'static str) -> Result<bool, Rejection> {
        match self.text(what)?.to_lowercase().as_str() {
            "是" | "有" | "y" | "yes" | "true" | "1" | "√" | "✓" => Ok(true),
            "" | "否" | "无" | "n" | "no" | "false" | "0" | "×" => Ok(false),
            _ => Err(refused(&ValueError::BadFormat { what })),
        }
    }
}

pub(super) fn refused(error: &ValueError) -> Rejection {
    Rejection::new(error.code(), error.to_string())
}

fn unknown_unit(what: &str, unit: &str) -> Rejection {
    Rejection::new(
        "IMPORT_UNIT_UNKNOWN",
        format!("{what}的单位“{unit}”不在导入方案中"),
    )
}

fn broken(what: &str, mark: &str) -> Rejection {
    Rejection::new(
        "IMPORT_BROKEN_CELL",
        format!("{what}单元格的值是错误 {mark}"),
    )
}

/// White space, byte order marks and the invisible marks of web pages, at both ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}')
    })
}

/// `1,268.5` loses its comma only where a comma can stand: between groups of three digits.
fn ungrouped(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = !rest.is_empty()
        && (1..=3).contains(&first.len())
        && !fraction.contains(',')
        && rest.iter().all(|group| group.len() == 3);
    if grouped {
        text.replace(',', "")
    } else {
        text.to_owned()
    }
}
