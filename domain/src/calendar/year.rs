use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// No list has come near this; it also keeps every search for the next working day short.
const MAX_DAYS_OFF: usize = 120;

/// One year's list: the holidays with the weekends inside them, and the weekend days worked in
/// exchange. Days of this year that the next year's paper settles belong here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawYear")]
pub struct CalendarYear {
    year: i32,
    papers: Vec<String>,
    off_days: BTreeSet<NaiveDate>,
    make_up_days: BTreeSet<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    year: i32,
    papers: Vec<String>,
    off_days: Vec<NaiveDate>,
    make_up_days: Vec<NaiveDate>,
}

impl TryFrom<RawYear> for CalendarYear {
    type Error = CalendarError;

    fn try_from(raw: RawYear) -> Result<Self, CalendarError> {
        Self::try_new(raw.year, raw.papers, raw.off_days, raw.make_up_days)
    }
}

impl CalendarYear {
    /// `papers` name the notices the list is taken from.
    pub fn try_new(
        year: i32,
        papers: Vec<String>,
        off_days: impl IntoIterator<Item = NaiveDate>,
        make_up_days: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Self, CalendarError> {
        if papers.is_empty() || papers.iter().any(|paper| paper.trim().is_empty()) {
            return Err(CalendarError::NoPaper { year });
        }
        let off_days = days_of(year, off_days)?;
        let make_up_days = days_of(year, make_up_days)?;
        if off_days.len() > MAX_DAYS_OFF {
            return Err(CalendarError::TooManyDaysOff {
                year,
                max: MAX_DAYS_OFF,
            });
        }
        if let Some(date) = off_days.intersection(&make_up_days).next() {
            return Err(CalendarError::OffAndMakeUp { date: *date });
        }
        if let Some(date) = make_up_days.iter().find(|date| !is_weekend(**date)) {
            return Err(CalendarError::MakeUpNotWeekend { date: *date });
        }
        Ok(Self {
            year,
            papers,
            off_days,
            make_up_days,
        })
    }

    /// Reads one list from JSON: `year`, `papers`, `off_days`, `make_up_days`.
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        let raw: RawYear =
            serde_json::from_str(text).map_err(|error| CalendarError::Unreadable {
                reason: error.to_string(),
            })?;
        Self::try_from(raw)
    }

    pub const fn year(&self) -> i32 {
        self.year
    }

    pub fn papers(&self) -> &[String] {
        &self.papers
    }

    pub const fn off_days(&self) -> &BTreeSet<NaiveDate> {
        &self.off_days
    }

    pub const fn make_up_days(&self) -> &BTreeSet<NaiveDate> {
        &self.make_up_days
    }

    pub(super) fn is_working_day(&self, date: NaiveDate) -> bool {
        if is_weekend(date) {
            self.make_up_days.contains(&date)
        } else {
            !self.off_days.contains(&date)
        }
    }
}

fn days_of(
    year: i32,
    dates: impl IntoIterator<Item = NaiveDate>,
) -> Result<BTreeSet<NaiveDate>, CalendarError> {
    let mut days = BTreeSet::new();
    for date in dates {
        if date.year() != year {
            return Err(CalendarError::OutsideYear { year, date });
        }
        if !days.insert(date) {
            return Err(CalendarError::Repeated { date });
        }
    }
    Ok(days)
}

pub(super) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The State Council lists that come with the product, oldest first, ready to be loaded by command.
pub fn shipped_years() -> Result<Vec<CalendarYear>, CalendarError> {
    const LISTS: [&str; 9] = [
        include_str!("../../data/work_calendar/2018.json"),
        include_str!("../../data/work_calendar/2019.json"),
        include_str!("../../data/work_calendar/2020.json"),
        include_str!("../../data/work_calendar/2021.json"),
        include_str!("../../data/work_calendar/2022.json"),
        include_str!("../../data/work_calendar/2023.json"),
        include_str!("../../data/work_calendar/2024.json"),
        include_str!("../../data/work_calendar/2025.json"),
        include_str!("../../data/work_calendar/2026.json"),
    ];
    LISTS.into_iter().map(CalendarYear::from_json).collect()
}
