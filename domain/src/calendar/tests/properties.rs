use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// From before the first list to after the last one.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..11 * 366 * 24 * 60)
        .prop_map(|minutes| at("2017-06-01 00:00") + TimeDelta::minutes(minutes))
}

fn is_open(instant: DateTime<Utc>, hours: &OfficeHours) -> bool {
    let time = business_time(instant).time();
    hours
        .spans()
        .any(|span| span.from <= time && time <= span.to)
}

proptest! {
    #[test]
    fn working_days_land_on_working_days_at_the_same_time(start in any_instant(), days in 1_u16..30) {
        let calendar = shipped();
        let due = calendar.add_working_days(start, days);
        let (from, to) = (business_time(start), business_time(due.value));
        prop_assert_eq!(from.time(), to.time());
        prop_assert!(calendar.is_working_day(to.date()).value);
        let between = from.date().iter_days().skip(1).take_while(|day| *day <= to.date());
        let mut worked = 0;
        let mut presumed = false;
        for day in between {
            let day = calendar.is_working_day(day);
            worked += u16::from(day.value);
            presumed |= day.provisional;
        }
        prop_assert_eq!(worked, days);
        prop_assert_eq!(presumed, due.provisional);
    }

    #[test]
    fn replies_are_due_later_and_while_somebody_is_there(
        filed in any_instant(), reply_minutes in 1_u16..3_000,
    ) {
        let calendar = shipped();
        let sla = ServiceSla { mode: ReplyMode::OfficeHours, reply_minutes };
        let due = calendar.service_request_due(filed, &office(), sla).value;
        prop_assert!(due > filed);
        prop_assert!(calendar.is_working_day(business_time(due).date()).value);
        prop_assert!(is_open(due, &office()));
        let later = calendar.service_request_due(filed + TimeDelta::minutes(1), &office(), sla);
        // A day off has its own rule, so only two requests of one day compare.
        if business_time(filed).date() == business_time(filed + TimeDelta::minutes(1)).date() {
            prop_assert!(later.value >= due);
        }
    }

    #[test]
    fn an_open_moment_is_its_own_next_one(start in any_instant()) {
        let calendar = shipped();
        let open = calendar.next_open(start, &office());
        prop_assert!(open.value >= start && is_open(open.value, &office()));
        prop_assert_eq!(calendar.next_open(open.value, &office()).value, open.value);
    }
}
