use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{ValueError, normalise_digits};

/// Asia/Shanghai has kept UTC+8 without summer time since 1991, long before any date used here.
const SHANGHAI_AHEAD: TimeDelta = TimeDelta::hours(8);

/// What the clock on a wall in Shanghai shows.
pub fn business_time(instant: DateTime<Utc>) -> NaiveDateTime {
    instant
        .naive_utc()
        .checked_add_signed(SHANGHAI_AHEAD)
        .unwrap_or(NaiveDateTime::MAX)
}

/// The instant at which that wall clock shows `local`.
pub fn instant_of(local: NaiveDateTime) -> DateTime<Utc> {
    local
        .checked_sub_signed(SHANGHAI_AHEAD)
        .unwrap_or(NaiveDateTime::MIN)
        .and_utc()
}

pub fn business_date(instant: DateTime<Utc>) -> NaiveDate {
    business_time(instant).date()
}

pub fn start_of_business_day(date: NaiveDate) -> DateTime<Utc> {
    instant_of(date.and_time(NaiveTime::MIN))
}

/// An instant as people write one: RFC 3339, or a day, which stands for its last microsecond in
/// Shanghai, so that "known on that day" takes the whole day in.
pub fn parse_moment(text: &str) -> Result<DateTime<Utc>, ValueError> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    text.parse::<NaiveDate>()
        .ok()
        .and_then(|day| day.succ_opt())
        .map(|next| start_of_business_day(next) - TimeDelta::microseconds(1))
        .ok_or(ValueError::BadFormat { what: "时间" })
}

/// The days from `from` up to, not including, `to`; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawPeriod")]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeriod {
    from: NaiveDate,
    to: NaiveDate,
}

impl TryFrom<RawPeriod> for Period {
    type Error = ValueError;

    fn try_from(raw: RawPeriod) -> Result<Self, ValueError> {
        Self::try_new(raw.from, raw.to)
    }
}

impl Period {
    pub fn try_new(from: NaiveDate, to: NaiveDate) -> Result<Self, ValueError> {
        if from < to {
            Ok(Self { from, to })
        } else {
            Err(ValueError::EmptyPeriod)
        }
    }

    pub const fn from(&self) -> NaiveDate {
        self.from
    }

    pub const fn to(&self) -> NaiveDate {
        self.to
    }

    /// The last day inside the period.
    pub fn last_day(&self) -> NaiveDate {
        self.to.pred_opt().unwrap_or(self.from)
    }

    pub fn days(&self) -> i64 {
        self.to.signed_duration_since(self.from).num_days()
    }

    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date < self.to
    }

    /// The days both periods share.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::try_new(self.from.max(other.from), self.to.min(other.to)).ok()
    }
}

/// A calendar month that is billed, written `2026-07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BillingMonth {
    year: i32,
    month: u32,
}

impl BillingMonth {
    const FIRST_YEAR: i32 = 1900;
    const LAST_YEAR: i32 = 9999;

    pub fn try_new(year: i32, month: u32) -> Result<Self, ValueError> {
        if (Self::FIRST_YEAR..=Self::LAST_YEAR).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(ValueError::OutOfRange { what: "账期" })
        }
    }

    /// The month a date lies in.
    pub fn of(date: NaiveDate) -> Self {
        Self {
            year: date.year().clamp(Self::FIRST_YEAR, Self::LAST_YEAR),
            month: date.month(),
        }
    }

    pub const fn year(self) -> i32 {
        self.year
    }

    pub const fn month(self) -> u32 {
        self.month
    }

    #[must_use]
    pub const fn next(self) -> Self {
        match self.month {
            12 => Self {
                year: self.year + 1,
                month: 1,
            },
            month => Self {
                year: self.year,
                month: month + 1,
            },
        }
    }

    #[must_use]
    pub const fn previous(self) -> Self {
        match self.month {
            1 => Self {
                year: self.year - 1,
                month: 12,
            },
            month => Self {
                year: self.year,
                month: month - 1,
            },
        }
    }

    pub fn first_day(self) -> NaiveDate {
        // The fallback is never taken: chrono knows every month of every four-digit year, and
        // thousands of years around them for who steps past the end.
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or(NaiveDate::MAX)
    }

    pub fn period(self) -> Period {
        Period {
            from: self.first_day(),
            to: self.next().first_day(),
        }
    }
}

impl fmt::Display for BillingMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

impl FromStr for BillingMonth {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let bad = || ValueError::BadFormat { what: "账期" };
        let text = normalise_digits(text);
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        let digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(bad());
        }
        Self::try_new(
            year.parse().map_err(|_| bad())?,
            month.parse().map_err(|_| bad())?,
        )
    }
}

impl TryFrom<String> for BillingMonth {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<BillingMonth> for String {
    fn from(value: BillingMonth) -> Self {
        value.to_string()
    }
}
