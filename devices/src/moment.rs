//! Dates and times as meters send them: two digits a byte, the lowest part first.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use serde::Deserialize;

use crate::bcd;

/// Meters send two digits of the year.
const CENTURY: i32 = 2000;

/// A date and the day of the week the meter thinks it is (0 is Sunday in most meters).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekdayDate {
    pub weekday: u8,
    pub date: NaiveDate,
}

fn number(byte: u8) -> Option<u32> {
    bcd::pair(byte).map(u32::from)
}

fn year_byte(date: NaiveDate) -> u8 {
    bcd::packed(date.year_ce().1)
}

/// `[DD, MM, YY]`.
pub fn date(bytes: [u8; 3]) -> Option<NaiveDate> {
    let [day, month, year] = bytes.map(number);
    let year = CENTURY + i32::try_from(year?).ok()?;
    NaiveDate::from_ymd_opt(year, month?, day?)
}

/// `[ss, mm, hh]`.
pub fn time(bytes: [u8; 3]) -> Option<NaiveTime> {
    let [second, minute, hour] = bytes.map(number);
    NaiveTime::from_hms_opt(hour?, minute?, second?)
}

/// `[WW, DD, MM, YY]`.
pub fn weekday_date(bytes: [u8; 4]) -> Option<WeekdayDate> {
    let [weekday, day, month, year] = bytes;
    Some(WeekdayDate {
        weekday: bcd::pair(weekday).filter(|day| *day <= 7)?,
        date: date([day, month, year])?,
    })
}

/// `[ss, mm, hh, DD, MM, YY]`.
pub fn date_time(bytes: [u8; 6]) -> Option<NaiveDateTime> {
    let [second, minute, hour, day, month, year] = bytes;
    Some(date([day, month, year])?.and_time(time([second, minute, hour])?))
}

/// `[mm, hh, DD, MM, YY]`.
pub fn minute(bytes: [u8; 5]) -> Option<NaiveDateTime> {
    let [minute, hour, day, month, year] = bytes;
    date_time([0, minute, hour, day, month, year])
}

/// `[ss, mm, hh, DD, MM, YY, CC]`.
pub fn full_year(bytes: [u8; 7]) -> Option<NaiveDateTime> {
    let [second, minute, hour, day, month, year, century] = bytes;
    // Other centuries come from clocks that were never set.
    (century == 0x20).then_some(())?;
    date_time([second, minute, hour, day, month, year])
}

pub fn date_bytes(date: NaiveDate) -> [u8; 3] {
    [
        bcd::packed(date.day()),
        bcd::packed(date.month()),
        year_byte(date),
    ]
}

pub fn time_bytes(time: NaiveTime) -> [u8; 3] {
    [time.second(), time.minute(), time.hour()].map(bcd::packed)
}

pub fn date_time_bytes(at: NaiveDateTime) -> [u8; 6] {
    let [second, minute, hour] = time_bytes(at.time());
    let [day, month, year] = date_bytes(at.date());
    [second, minute, hour, day, month, year]
}

pub fn full_year_bytes(at: NaiveDateTime) -> [u8; 7] {
    let [second, minute, hour, day, month, year] = date_time_bytes(at);
    [
        second,
        minute,
        hour,
        day,
        month,
        year,
        bcd::packed(at.date().year_ce().1 / 100),
    ]
}

/// A time within a year: `[mm, hh, DD, MM]`, each of which a freeze order may leave open with 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct YearlyMinute([u8; 4]);

impl YearlyMinute {
    /// At once.
    pub const NOW: Self = Self([ANY; 4]);

    /// From the bytes as sent.
    pub fn read(bytes: [u8; 4]) -> Option<Self> {
        let [minute, hour, day, month] = bytes.map(bcd::pair);
        let within = |value: Option<u8>, least: u8, most: u8| {
            value.is_some_and(|value| value == 99 || (least..=most).contains(&value))
        };
        let valid = within(month, 1, 12)
            && within(day, 1, 31)
            && within(hour, 0, 23)
            && within(minute, 0, 59);
        valid.then_some(Self(bytes))
    }

    /// The bytes as sent.
    pub fn bytes(self) -> [u8; 4] {
        self.0
    }
}

/// Stands for every month, day, hour or minute.
const ANY: u8 = 0x99;

impl fmt::Display for YearlyMinute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [minute, hour, day, month] = self.0;
        write!(formatter, "{month:02x}-{day:02x} {hour:02x}:{minute:02x}")
    }
}

impl FromStr for YearlyMinute {
    type Err = &'static str;

    /// `MM-DD hh:mm`; 99 leaves a part open.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "时间应为 MM-DD hh:mm，99 表示任意";
        let shape: Vec<char> = text
            .chars()
            .filter(|letter| !letter.is_ascii_digit())
            .collect();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let mut bytes = [0; 4];
        if shape != ['-', ' ', ':'] || hex::decode_to_slice(digits, &mut bytes).is_err() {
            return Err(WRONG);
        }
        bytes.reverse();
        Self::read(bytes).ok_or(WRONG)
    }
}

impl TryFrom<String> for YearlyMinute {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_not_in_the_calendar_is_no_date() {
        assert!(date([0x29, 0x02, 0x24]).is_some());
        assert_eq!(date([0x29, 0x02, 0x23]), None);
        assert_eq!(date([0xC8, 0x55, 0x2C]), None);
        assert_eq!(date([0, 0, 0]), None);
        assert_eq!(time([0x60, 0, 0]), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = [0x31, 0x01, 0x22, 0x11, 0x05, 0x15, 0x20];
        let at = full_year(bytes).unwrap();
        assert_eq!(at.to_string(), "2015-05-11 22:01:31");
        assert_eq!(full_year_bytes(at), bytes);
        let yearly = YearlyMinute::read([0x30, 0x08, 0x11, 0x09]).unwrap();
        assert_eq!(yearly.to_string(), "09-11 08:30");
        assert_eq!("09-11 08:30".parse(), Ok(yearly));
        assert_eq!("99-99 99:99".parse(), Ok(YearlyMinute::NOW));
        assert!("13-01 00:00".parse::<YearlyMinute>().is_err());
        assert_eq!(YearlyMinute::read([0x60, 0, 1, 1]), None);
    }
}
