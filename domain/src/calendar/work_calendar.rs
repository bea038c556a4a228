use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::year::is_weekend;
use super::{CalendarError, CalendarYear, shipped_years};
use crate::units::{business_time, instant_of};

/// An answer of the calendar, and whether a list still to come may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reckoned<T> {
    pub value: T,
    pub provisional: bool,
}

impl<T> Reckoned<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Reckoned<U> {
        Reckoned {
            value: change(self.value),
            provisional: self.provisional,
        }
    }

    /// What rests on two answers is provisional when either is.
    pub(super) fn resting_on(self, earlier: bool) -> Self {
        Self {
            provisional: self.provisional || earlier,
            ..self
        }
    }
}

/// Which days are worked, from the lists loaded so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<CalendarYear>", into = "Vec<CalendarYear>")]
pub struct WorkCalendar {
    years: BTreeMap<i32, CalendarYear>,
}

impl WorkCalendar {
    /// The lists that come with the product.
    pub fn shipped() -> Result<Self, CalendarError> {
        Ok(shipped_years()?.into_iter().collect())
    }

    /// Loads a list; a later list of the same year takes the place of the earlier one.
    pub fn load(&mut self, year: CalendarYear) {
        self.years.insert(year.year(), year);
    }

    pub fn years(&self) -> impl Iterator<Item = &CalendarYear> {
        self.years.values()
    }

    pub fn year(&self, year: i32) -> Option<&CalendarYear> {
        self.years.get(&year)
    }

    pub fn is_working_day(&self, date: NaiveDate) -> Reckoned<bool> {
        match self.years.get(&date.year()) {
            Some(year) => Reckoned {
                value: year.is_working_day(date),
                provisional: false,
            },
            None => Reckoned {
                value: !is_weekend(date) && !self.was_always_off(date),
                provisional: true,
            },
        }
    }

    /// New Year's Day and its like: off on this date in every year there is a list for.
    fn was_always_off(&self, date: NaiveDate) -> bool {
        !self.years.is_empty()
            && self.years.values().all(|year| {
                date.with_year(year.year())
                    .is_some_and(|same| year.off_days().contains(&same))
            })
    }

    /// The first working day after `date`.
    pub fn next_working_day(&self, date: NaiveDate) -> Reckoned<NaiveDate> {
        let mut provisional = false;
        let mut day = date;
        // A list holds at most 120 days off, so this ends within one winter.
        while let Some(next) = day.succ_opt() {
            day = next;
            let working = self.is_working_day(day);
            provisional |= working.provisional;
            if working.value {
                break;
            }
        }
        Reckoned {
            value: day,
            provisional,
        }
    }

    /// The same clock time `days` working days later. A day off does not count, so what comes in on
    /// one is due on the next working day as if it had come in on the working day before.
    pub fn add_working_days(&self, instant: DateTime<Utc>, days: u16) -> Reckoned<DateTime<Utc>> {
        let local = business_time(instant);
        let start = Reckoned {
            value: local.date(),
            provisional: false,
        };
        let due = (0..days).fold(start, |day, _| {
            self.next_working_day(day.value).resting_on(day.provisional)
        });
        due.map(|date| instant_of(date.and_time(local.time())))
    }
}

impl FromIterator<CalendarYear> for WorkCalendar {
    fn from_iter<I: IntoIterator<Item = CalendarYear>>(years: I) -> Self {
        let mut calendar = Self::default();
        years.into_iter().for_each(|year| calendar.load(year));
        calendar
    }
}

impl From<Vec<CalendarYear>> for WorkCalendar {
    fn from(years: Vec<CalendarYear>) -> Self {
        years.into_iter().collect()
    }
}

impl From<WorkCalendar> for Vec<CalendarYear> {
    fn from(calendar: WorkCalendar) -> Self {
        calendar.years.into_values().collect()
    }
}
