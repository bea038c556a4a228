//! When a book is walked.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::ReadingBookError;
use crate::units::BillingMonth;

/// How long the longest walk may take.
const DUE_DAYS_MAX: u32 = 120;

/// How often a book is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingCycle {
    /// 半月
    HalfMonth,
    /// 每月
    Month,
    /// 双月
    TwoMonths,
    /// 季度
    Quarter,
    /// 半年
    HalfYear,
    /// 一年
    Year,
}

impl ReadingCycle {
    pub const ALL: [Self; 6] = [
        Self::HalfMonth,
        Self::Month,
        Self::TwoMonths,
        Self::Quarter,
        Self::HalfYear,
        Self::Year,
    ];

    const fn months(self) -> u32 {
        match self {
            Self::HalfMonth | Self::Month => 1,
            Self::TwoMonths => 2,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// The first walk, how often it is made again, and how many days it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub cycle: ReadingCycle,
    pub first_on: NaiveDate,
    /// Days from the start of a walk to the day it is due.
    pub due_days: u32,
}

impl Schedule {
    pub(super) fn check(&self) -> Result<(), ReadingBookError> {
        if self.due_days > DUE_DAYS_MAX {
            return Err(ReadingBookError::DueDaysOutOfRange);
        }
        // A walk in the second half of a month follows fifteen days after the first.
        if self.cycle == ReadingCycle::HalfMonth && self.first_on.day() > 15 {
            return Err(ReadingBookError::HalfMonthStart);
        }
        Ok(())
    }

    /// The so-manyth start of a walk, counted from zero.
    fn start(&self, number: u32) -> Option<NaiveDate> {
        let (periods, half) = match self.cycle {
            ReadingCycle::HalfMonth => (number / 2, number % 2),
            _ => (number, 0),
        };
        let months = Months::new(periods.checked_mul(self.cycle.months())?);
        self.first_on
            .checked_add_months(months)?
            .checked_add_days(Days::new(u64::from(half) * 15))
    }

    /// The first start on or after a day.
    pub fn next_on(&self, day: NaiveDate) -> Option<NaiveDate> {
        if day <= self.first_on {
            return Some(self.first_on);
        }
        let years = u32::try_from(day.year() - self.first_on.year()).ok()?;
        let months = (years * 12 + day.month()).checked_sub(self.first_on.month())?;
        let per_period = if self.cycle == ReadingCycle::HalfMonth {
            2
        } else {
            1
        };
        // One period early, since a start may lie before or after the day within its month.
        let mut number = (months / self.cycle.months()).saturating_sub(1) * per_period;
        loop {
            let start = self.start(number)?;
            if start >= day {
                return Some(start);
            }
            number += 1;
        }
    }

    /// The first start after a day.
    pub fn next_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.next_on(day.succ_opt()?)
    }

    /// Where the second walk of a month begins.
    pub(super) fn second_half_of(&self, month: BillingMonth) -> NaiveDate {
        let days = u64::from(self.first_on.day0()) + 15;
        let first = month.first_day();
        first.checked_add_days(Days::new(days)).unwrap_or(first)
    }

    /// When a walk that starts on a day is due.
    pub fn due_on(&self, start: NaiveDate) -> NaiveDate {
        start
            .checked_add_days(Days::new(u64::from(self.due_days)))
            .unwrap_or(start)
    }
}
