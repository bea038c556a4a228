//! What printed lines are about: a serial number, or the time an app wrote into the picture.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::Serialize;

use super::TextLine;

/// A number printed on the meter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Serial {
    pub text: String,
    pub confidence: f32,
}

/// The time printed into the picture: a claim like that of the file, but harder to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Printed {
    pub taken_at: NaiveDateTime,
    /// Whether it has seconds; without, it is good to a minute.
    pub seconds: bool,
}

/// Below this a line is a guess.
const CONFIDENCE_MIN: f32 = 0.75;
const SERIAL_DIGITS_MIN: usize = 6;
const SERIAL_LENGTH_MAX: usize = 16;
const SERIAL_LETTERS_MAX: usize = 4;

/// The meter's number: one of those it is known by, if any line has it; else the surest of what
/// is made like one.
pub(crate) fn serial(lines: &[TextLine], known: &[String]) -> Option<Serial> {
    let candidates: Vec<Serial> = lines
        .iter()
        .filter(|line| line.confidence >= CONFIDENCE_MIN)
        .filter(|line| date_in(&line.text).is_none() && time_in(&line.text).is_none())
        .flat_map(|line| {
            numbers(&line.text).map(|text| Serial {
                text,
                confidence: line.confidence,
            })
        })
        .collect();
    if let Some(ours) = candidates.iter().find(|found| known.contains(&found.text)) {
        return Some(ours.clone());
    }
    let weight = |found: &Serial| found.confidence * (found.text.len().min(10) as f32).sqrt();
    candidates
        .into_iter()
        .max_by(|a, b| weight(a).total_cmp(&weight(b)))
}

/// Words of a line that are made like serial numbers.
fn numbers(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split(|character: char| !character.is_ascii_alphanumeric())
        .map(in_digits)
        .map(|word| word.strip_prefix("NO").unwrap_or(&word).to_owned())
        .filter(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            digits >= SERIAL_DIGITS_MIN
                && word.len() <= SERIAL_LENGTH_MAX
                && word.len() - digits <= SERIAL_LETTERS_MAX
        })
}

/// Letters beside digits on both sides are digits.
fn in_digits(word: &str) -> String {
    let characters: Vec<char> = word.chars().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let mended = characters.iter().enumerate().map(|(at, character)| {
        let between = is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        match character {
            'O' | 'o' if between => '0',
            'I' | 'l' | 'i' if between => '1',
            other => other.to_ascii_uppercase(),
        }
    });
    mended.collect()
}

/// Whether a printed number is made like one of the meter's and is so far from all of them that
/// misreading does not explain it.
pub(crate) fn differs_much(serial: &Serial, known: &[String]) -> bool {
    const DIFFERENT_MIN: usize = 3;
    const SURE: f32 = 0.95;
    let apart = |number: &String| {
        let pairs = serial.text.bytes().zip(number.bytes());
        pairs.filter(|(a, b)| a != b).count()
    };
    let alike = |number: &&String| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        number.len() == serial.text.len() && digits(number) == digits(&serial.text)
    };
    serial.confidence >= SURE
        && known.iter().any(|number| alike(&number))
        && known
            .iter()
            .filter(alike)
            .all(|number| apart(number) >= DIFFERENT_MIN)
}

/// The time printed: on one line, or the date on one and the time on another.
pub(crate) fn printed(lines: &[TextLine]) -> Option<Printed> {
    let sure = || {
        lines
            .iter()
            .filter(|line| line.confidence >= CONFIDENCE_MIN)
            .map(|line| line.text.as_str())
    };
    let whole = sure().find_map(|line| {
        let (date, rest) = date_in(line)?;
        Some((date, time_in(rest)?))
    });
    let (date, (time, seconds)) = match whole {
        Some(found) => found,
        None => (
            sure().find_map(date_in).map(|(date, _)| date)?,
            sure().find_map(time_in)?,
        ),
    };
    Some(Printed {
        taken_at: date.and_time(time),
        seconds,
    })
}

/// A date from 2000 on, year first, and what stands behind it.
fn date_in(line: &str) -> Option<(NaiveDate, &str)> {
    line.match_indices("20").find_map(|(at, _)| {
        let inside = line[..at].ends_with(|before: char| before.is_ascii_digit());
        if inside {
            return None;
        }
        let (year, rest) = number(&line[at..], 4, 4)?;
        let rest = rest.strip_prefix(['-', '/', '.', '年'])?;
        let (month, rest) = number(rest, 1, 2)?;
        let rest = rest.strip_prefix(['-', '/', '.', '月'])?;
        let (day, rest) = number(rest, 1, 2)?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        Some((date, rest))
    })
}

/// Hours and minutes, and whether seconds were there as well.
fn time_in(line: &str) -> Option<(NaiveTime, bool)> {
    let starts = line.char_indices().filter(|(_, c)| c.is_ascii_digit());
    starts
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_ascii_digit()))
        .find_map(|(at, _)| {
            let (hour, rest) = number(&line[at..], 1, 2)?;
            let rest = rest.strip_prefix([':', '时'])?;
            let (minute, rest) = number(rest, 2, 2)?;
            let second = rest
                .strip_prefix([':', '分'])
                .and_then(|rest| number(rest, 2, 2));
            let time = NaiveTime::from_hms_opt(hour, minute, second.map_or(0, |(s, _)| s))?;
            Some((time, second.is_some()))
        })
}

/// As many digits as there are, up to `most`.
fn number(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit);
    let length = digits.count();
    if length < least {
        return None;
    }
    let (digits, rest) = text.split_at(length);
    Some((digits.parse().ok()?, rest))
}
