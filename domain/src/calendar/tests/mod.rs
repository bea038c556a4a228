mod data;
mod deadlines;
mod properties;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::*;
use crate::units::{business_time, instant_of};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A wall-clock time in Shanghai, "2026-09-20 10:00".
fn at(text: &str) -> DateTime<Utc> {
    instant_of(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

fn shown(due: Reckoned<DateTime<Utc>>) -> String {
    let mark = if due.provisional { " provisional" } else { "" };
    format!(
        "{}{mark}",
        business_time(due.value).format("%Y-%m-%d %H:%M")
    )
}

fn hours(json: &str) -> OfficeHours {
    serde_json::from_str(json).unwrap()
}

fn office() -> OfficeHours {
    hours(r#"[{"from": "08:00", "to": "12:00"}, {"from": "14:00", "to": "18:00"}]"#)
}

fn shipped() -> WorkCalendar {
    WorkCalendar::shipped().unwrap()
}

fn list(
    year: i32,
    off_days: &[&str],
    make_up_days: &[&str],
) -> Result<CalendarYear, CalendarError> {
    let dates = |days: &[&str]| days.iter().map(|day| date(day)).collect::<Vec<_>>();
    CalendarYear::try_new(
        year,
        vec!["paper".to_owned()],
        dates(off_days),
        dates(make_up_days),
    )
}
