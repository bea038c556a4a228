//! The fourteen months, and what falls on which day of them.

use chaobiao_domain::calendar::{CalendarYear, WorkCalendar, shipped_years};
use chaobiao_domain::units::{BillingMonth, instant_of, start_of_business_day};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::DemoError;

pub(super) const MONTHS: usize = 14;
/// Bills are issued on this day of their own month.
pub(super) const BILLING_DAY: u32 = 28;

/// When what happens.
#[derive(Debug)]
pub(super) struct Almanac {
    pub(super) today: NaiveDate,
    /// The last one is not over.
    pub(super) months: Vec<BillingMonth>,
    calendar: WorkCalendar,
}

impl Almanac {
    pub(super) fn new(today: NaiveDate) -> Result<Self, DemoError> {
        if !(2000..=2099).contains(&today.year()) {
            return Err(DemoError::TodayOutOfRange(today));
        }
        let mut month = BillingMonth::of(today);
        let mut months = vec![month];
        while months.len() < MONTHS {
            month = month.previous();
            months.push(month);
        }
        months.reverse();
        Ok(Self {
            today,
            months,
            calendar: WorkCalendar::shipped()?,
        })
    }

    /// The first day of the first month.
    pub(super) fn begins(&self) -> NaiveDate {
        self.months[0].first_day()
    }

    /// Everything is before this.
    pub(super) fn end(&self) -> DateTime<Utc> {
        start_of_business_day(self.today)
    }

    pub(super) fn setup_day(&self) -> NaiveDate {
        back(self.begins(), 14)
    }

    /// Meters begin to count, and accounts to pay for them.
    pub(super) fn install_day(&self) -> NaiveDate {
        back(self.begins(), 6)
    }

    pub(super) fn is_working_day(&self, date: NaiveDate) -> bool {
        self.calendar.is_working_day(date).value
    }

    /// This day, or the next one the counters are open.
    pub(super) fn working_day(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        // No holiday has come near a month.
        for _ in 0..31 {
            if self.is_working_day(day) {
                break;
            }
            day = ahead(day, 1);
        }
        day
    }

    /// The lists known when the generated time begins, and those that came out during it.
    pub(super) fn lists(&self) -> Result<Vec<(DateTime<Utc>, CalendarYear)>, DemoError> {
        let begins = at(self.setup_day(), 9, 0);
        let known = |list: &CalendarYear| {
            let published = NaiveDate::from_ymd_opt(list.year() - 1, 11, 12);
            begins.max(published.map_or(begins, |day| at(day, 10, 0)))
        };
        Ok(shipped_years()?
            .into_iter()
            .map(|list| (known(&list), list))
            .collect())
    }

    /// The first 1 July inside the months, when a price changes.
    pub(super) fn price_change(&self) -> Option<NaiveDate> {
        self.months
            .iter()
            .skip(1)
            .find(|month| month.month() == 7)
            .map(|month| month.first_day())
    }
}

pub(super) fn day(month: BillingMonth, day: u32) -> NaiveDate {
    ahead(month.first_day(), day.saturating_sub(1))
}

pub(super) fn ahead(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(days)))
        .unwrap_or(date)
}

pub(super) fn back(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(days)))
        .unwrap_or(date)
}

/// What the clock in Shanghai shows on a day.
pub(super) fn at(date: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    instant_of(date.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)))
}

pub(super) fn seconds(count: usize) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(count).unwrap_or(0))
}

pub(super) fn minutes(count: usize) -> TimeDelta {
    seconds(count.saturating_mul(60))
}
