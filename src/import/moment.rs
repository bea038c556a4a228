//! Dates and times as people and spreadsheets write them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// What a cell says about when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) date: Option<NaiveDate>,
    pub(super) time: Option<NaiveTime>,
}

/// What stands in a file from outside this range is a typing error.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2099;
const SECONDS_A_DAY: i64 = 86_400;

impl Moment {
    pub(super) fn day(date: NaiveDate) -> Self {
        Self {
            date: Some(date),
            time: None,
        }
    }

    pub(super) fn instant(at: NaiveDateTime) -> Self {
        Self {
            date: Some(at.date()),
            time: Some(at.time()),
        }
    }

    fn checked(self) -> Option<Self> {
        match self.date {
            Some(date) if !YEARS.contains(&date.year()) => None,
            _ => Some(self),
        }
    }
}

/// Days since the end of 1899, with the time as the day's fraction; below one, a time alone.
pub(super) fn from_serial(number: &str) -> Option<Moment> {
    let serial: Decimal = number.parse().ok()?;
    let whole = serial.trunc();
    let seconds = ((serial - whole) * Decimal::from(SECONDS_A_DAY))
        .round()
        .to_i64()?;
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let at = epoch
        .and_time(NaiveTime::MIN)
        .checked_add_signed(TimeDelta::try_days(whole.to_i64()?)?)?
        .checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
    if whole.is_zero() {
        return Some(Moment {
            date: None,
            time: Some(at.time()),
        });
    }
    if seconds == 0 {
        Moment::day(at.date()).checked()
    } else {
        Moment::instant(at).checked()
    }
}

/// `2026-07-01`, `2026/7/1 8:30`, `2026年7月1日`, `20260701`, `20260701083000`, `8:30`, a serial
/// number. Never day or month first: nobody can tell which.
pub(super) fn parse(text: &str) -> Option<Moment> {
    let text: String = text.chars().map(plain).collect();
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.matches('.').count() <= 1 {
        return from_digits(text);
    }
    let (date, time) = match text.find([' ', 'T']) {
        Some(gap) => (&text[..gap], text[gap + 1..].trim()),
        None if text.contains(':') => ("", text),
        None => (text, ""),
    };
    let date = match date {
        "" => None,
        date => Some(date_from(date)?),
    };
    let time = match time {
        "" => None,
        time => Some(time_from(time)?),
    };
    Moment { date, time }.checked()
}

/// ASCII for full-width forms, and one separator for many.
fn plain(character: char) -> char {
    match character {
        '年' | '月' | '/' | '／' | '．' => '-',
        '日' | '秒' | '\u{3000}' | '\u{a0}' => ' ',
        '时' | '点' | '分' => ':',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        other => other,
    }
}

fn from_digits(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    match (whole.len(), fraction.len()) {
        (8, 0) => Moment::day(compact_date(whole)?).checked(),
        (12 | 14, 0) => {
            let date = compact_date(&whole[..8])?;
            let part = |from: usize| whole.get(from..from + 2).unwrap_or("0").parse().ok();
            let time = NaiveTime::from_hms_opt(part(8)?, part(10)?, part(12)?)?;
            Moment::instant(date.and_time(time)).checked()
        }
        (5, _) => from_serial(text),
        // `2026.7.1` has two points and does not come here; `2026.7` is no date.
        _ => None,
    }
}

fn compact_date(digits: &str) -> Option<NaiveDate> {
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(part(0..4)?).ok()?;
    NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)
}

fn date_from(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return compact_date(text);
    }
    let text = text.trim_end_matches('-').replace('.', "-");
    let mut parts = text.split('-').map(|part| number(part, 4));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || year < 1000 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn time_from(text: &str) -> Option<NaiveTime> {
    let text = text.trim_end_matches(['Z', ':']);
    let whole = text.split('.').next().unwrap_or(text);
    let mut parts = whole.split(':').map(|part| number(part, 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

fn number(text: &str, digits_max: usize) -> Option<u32> {
    let text = text.trim();
    let plausible =
        (1..=digits_max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plausible { text.parse().ok() } else { None }
}
