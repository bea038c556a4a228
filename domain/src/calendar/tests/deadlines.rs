use super::*;

const WALL_CLOCK: ServiceSla = ServiceSla {
    mode: ReplyMode::WallClock,
    reply_minutes: 120,
};
const OFFICE_HOURS: ServiceSla = ServiceSla {
    mode: ReplyMode::OfficeHours,
    reply_minutes: 120,
};

/// E8, the service requests.
#[test]
fn service_requests_of_the_worked_case() {
    let calendar = shipped();
    for (filed, sla, due) in [
        ("2026-09-20 10:00", WALL_CLOCK, "2026-09-20 12:00"),
        ("2026-10-01 10:00", WALL_CLOCK, "2026-10-08 18:00"),
        ("2026-10-09 17:00", OFFICE_HOURS, "2026-10-10 09:00"),
    ] {
        let found = calendar.service_request_due(at(filed), &office(), sla);
        assert_eq!(shown(found), due, "filed {filed}");
    }
}

/// E8, the binding reviews: one working day, same clock time.
#[test]
fn binding_reviews_of_the_worked_case() {
    let calendar = shipped();
    for (filed, due) in [
        ("2026-09-24 17:00", "2026-09-28 17:00"),
        ("2026-10-09 17:00", "2026-10-10 17:00"),
        // New Year's Day was off in every list, 2 and 3 January 2027 are a weekend.
        ("2026-12-31 17:00", "2027-01-04 17:00 provisional"),
    ] {
        assert_eq!(
            shown(calendar.add_working_days(at(filed), 1)),
            due,
            "filed {filed}"
        );
    }
}

#[test]
fn the_year_2018_with_its_days_settled_by_two_papers() {
    let calendar = shipped();
    for (filed, due) in [
        ("2018-02-14 17:00", "2018-02-22 17:00"),
        ("2018-02-23 17:00", "2018-02-24 17:00"),
        ("2018-09-28 17:00", "2018-09-29 17:00"),
        ("2018-09-30 17:00", "2018-10-08 17:00"),
        ("2018-12-28 17:00", "2018-12-29 17:00"),
        ("2018-12-29 17:00", "2019-01-02 17:00"),
    ] {
        assert_eq!(
            shown(calendar.add_working_days(at(filed), 1)),
            due,
            "filed {filed}"
        );
    }
}

#[test]
fn the_spring_festival_of_2020_was_extended() {
    let extended = shipped();
    assert_eq!(
        shown(extended.add_working_days(at("2020-01-23 17:00"), 1)),
        "2020-02-03 17:00"
    );
    let filed = at("2020-02-01 10:00");
    let due = extended.service_request_due(filed, &office(), WALL_CLOCK);
    assert_eq!(shown(due), "2020-02-03 18:00");

    // By the first paper of that year 31 January and Saturday 1 February were to be worked.
    let list = extended.year(2020).unwrap();
    let called_off = [date("2020-01-31"), date("2020-02-01"), date("2020-02-02")];
    let as_first_issued = CalendarYear::try_new(
        2020,
        vec![list.papers()[0].clone()],
        list.off_days()
            .iter()
            .copied()
            .filter(|day| !called_off.contains(day)),
        list.make_up_days()
            .iter()
            .copied()
            .chain([date("2020-02-01")]),
    );
    let mut calendar = extended.clone();
    calendar.load(as_first_issued.unwrap());
    assert_eq!(
        shown(calendar.add_working_days(at("2020-01-23 17:00"), 1)),
        "2020-01-31 17:00"
    );
    let due = calendar.service_request_due(filed, &office(), WALL_CLOCK);
    assert_eq!(shown(due), "2020-02-01 12:00");
}

#[test]
fn office_minutes_run_only_while_the_office_is_open() {
    let calendar = shipped();
    for (filed, due) in [
        ("2026-10-09 07:00", "2026-10-09 10:00"),
        ("2026-10-09 11:00", "2026-10-09 15:00"),
        ("2026-10-09 13:00", "2026-10-09 16:00"),
        ("2026-10-09 16:00", "2026-10-09 18:00"),
        ("2026-10-09 18:00", "2026-10-10 10:00"),
        ("2026-10-09 23:59", "2026-10-10 10:00"),
        ("2026-10-10 17:30", "2026-10-12 09:30"),
        // Filed on a day off: the next working day, whatever the mode.
        ("2026-10-11 10:00", "2026-10-12 18:00"),
    ] {
        let found = calendar.service_request_due(at(filed), &office(), OFFICE_HOURS);
        assert_eq!(shown(found), due, "filed {filed}");
    }
    let long = ServiceSla {
        reply_minutes: 17 * 60,
        ..OFFICE_HOURS
    };
    let due = calendar.service_request_due(at("2026-09-30 08:00"), &office(), long);
    assert_eq!(shown(due), "2026-10-09 09:00");
    let due = calendar.service_request_due(at("2026-12-31 17:00"), &office(), OFFICE_HOURS);
    assert_eq!(shown(due), "2027-01-04 09:00 provisional");
}

#[test]
fn the_wall_clock_runs_through_the_night() {
    let due = shipped().service_request_due(at("2026-09-30 23:00"), &office(), WALL_CLOCK);
    assert_eq!(shown(due), "2026-10-01 01:00");
}

#[test]
fn several_working_days_skip_what_is_off() {
    let calendar = shipped();
    assert_eq!(
        shown(calendar.add_working_days(at("2026-09-30 09:30"), 3)),
        "2026-10-10 09:30"
    );
    assert_eq!(
        shown(calendar.add_working_days(at("2026-09-30 09:30"), 0)),
        "2026-09-30 09:30"
    );
    // Half past midnight in Shanghai is still the day before in UTC.
    assert_eq!(
        shown(calendar.add_working_days(at("2026-10-09 00:30"), 1)),
        "2026-10-10 00:30"
    );
}

/// E3: a cut-off planned on Saturday of the Mid-Autumn days waits for Monday 09:00.
#[test]
fn a_cut_off_waits_for_an_open_moment() {
    let calendar = shipped();
    let allowed = hours(r#"[{"from": "09:00", "to": "17:00"}]"#);
    for (planned, open) in [
        ("2026-09-26 12:00", "2026-09-28 09:00"),
        ("2026-09-20 12:00", "2026-09-20 12:00"),
        ("2026-09-20 06:00", "2026-09-20 09:00"),
        ("2026-09-24 17:00", "2026-09-28 09:00"),
        ("2026-12-31 17:00", "2027-01-04 09:00 provisional"),
    ] {
        assert_eq!(
            shown(calendar.next_open(at(planned), &allowed)),
            open,
            "planned {planned}"
        );
    }
}

#[test]
fn a_year_without_a_list_is_presumed_and_says_so() {
    let calendar = shipped();
    let working = |text: &str| {
        let Reckoned { value, provisional } = calendar.is_working_day(date(text));
        assert_eq!(provisional, !text.starts_with("2026"), "{text}");
        value
    };
    assert!(working("2026-09-20") && !working("2026-09-27"));
    assert!(!working("2027-10-01") && !working("2027-10-06") && !working("2027-05-01"));
    // In February the festival moves; only the list can tell.
    assert!(working("2027-02-08") && !working("2027-02-07"));
    let nothing_loaded = WorkCalendar::default();
    assert_eq!(
        nothing_loaded.is_working_day(date("2027-01-01")),
        Reckoned {
            value: true,
            provisional: true
        }
    );

    let mut loaded = calendar.clone();
    loaded.load(list(2027, &["2027-01-01"], &["2027-01-02"]).unwrap());
    assert_eq!(
        shown(loaded.add_working_days(at("2026-12-31 17:00"), 1)),
        "2027-01-02 17:00"
    );
}
