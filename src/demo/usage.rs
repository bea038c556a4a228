//! What flows through a meter on a day: term and vacation, summer and winter, weekends.

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::units::Commodity;
use chrono::{Datelike, NaiveDate, Weekday};

/// Thousandths of a cubic metre or kilowatt hour.
pub(super) type Milli = i64;

/// 寒假 and 暑假.
pub(super) fn in_vacation(date: NaiveDate) -> bool {
    matches!(
        (date.month(), date.day()),
        (1, 16..) | (2, ..=24) | (7, 11..) | (8, ..=28)
    )
}

/// A day's usage of a meter whose ordinary day is `base`.
pub(super) fn on_day(
    class: AccountClass,
    commodity: Commodity,
    base: Milli,
    date: NaiveDate,
) -> Milli {
    base * season(commodity, date) / 100 * attendance(class, date) / 100
}

/// Percent: cooling in summer, heating in winter, showers and washing when it is hot.
fn season(commodity: Commodity, date: NaiveDate) -> i64 {
    match (commodity, date.month()) {
        (Commodity::Electricity, 6 | 9) => 150,
        (Commodity::Electricity, 7 | 8) => 175,
        (Commodity::Electricity, 12 | 1 | 2) => 135,
        (Commodity::Water, 6..=9) => 120,
        (Commodity::Water, 12 | 1 | 2) => 90,
        _ => 100,
    }
}

/// Percent of the people who are there.
fn attendance(class: AccountClass, date: NaiveDate) -> i64 {
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    match (class, in_vacation(date)) {
        (AccountClass::StudentDorm, true) => 4,
        (AccountClass::StaffDorm, true) => 60,
        (AccountClass::Resident, _) if weekend => 110,
        (AccountClass::Unit, true) => 75,
        (AccountClass::Unit, false) if weekend => 80,
        _ => 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_dorm_is_nearly_empty_in_vacation_and_a_flat_is_not() {
        let dorm = |date| on_day(AccountClass::StudentDorm, Commodity::Water, 400, day(date));
        assert_eq!(dorm("2026-04-01"), 400);
        assert!(dorm("2026-08-03") < 40);
        let flat = |date| on_day(AccountClass::Resident, Commodity::Water, 400, day(date));
        assert!(flat("2026-08-03") > 400);
    }
}
