use super::*;

#[test]
fn every_shipped_list_is_complete_by_its_paper() {
    // Days off and make-up days, summed by hand over the paragraphs of each notice.
    let sums: Vec<_> = shipped_years()
        .unwrap()
        .iter()
        .map(|year| {
            (
                year.year(),
                year.off_days().len(),
                year.make_up_days().len(),
            )
        })
        .collect();
    assert_eq!(
        sums,
        [
            // The last two days off and the last make-up day come with the paper for 2019.
            (2018, 1 + 7 + 3 + 3 + 1 + 1 + 7 + 2, 6 + 1),
            (2019, 1 + 7 + 1 + 4 + 1 + 1 + 7, 6),
            (2020, 1 + 10 + 3 + 5 + 3 + 8, 6),
            (2021, 3 + 7 + 3 + 5 + 3 + 3 + 7, 7),
            // New Year's Eve comes with the paper for 2023.
            (2022, 3 + 7 + 3 + 5 + 3 + 3 + 7 + 1, 7),
            (2023, 2 + 7 + 1 + 5 + 3 + 8, 7),
            (2024, 1 + 8 + 3 + 5 + 1 + 3 + 7, 8),
            (2025, 1 + 8 + 3 + 5 + 3 + 8, 5),
            (2026, 3 + 9 + 3 + 5 + 3 + 3 + 7, 6),
        ]
    );
}

#[test]
fn a_broken_list_is_refused() {
    for (result, code) in [
        (list(2026, &["2027-01-01"], &[]), "CALENDAR_OUTSIDE_YEAR"),
        (
            list(2026, &["2026-01-01", "2026-01-01"], &[]),
            "CALENDAR_REPEATED_DAY",
        ),
        (
            list(2026, &["2026-01-04"], &["2026-01-04"]),
            "CALENDAR_OFF_AND_MAKE_UP",
        ),
        (
            list(2026, &[], &["2026-01-05"]),
            "CALENDAR_MAKE_UP_NOT_WEEKEND",
        ),
    ] {
        assert_eq!(result.unwrap_err().code(), code);
    }
    let all_winter = date("2026-01-01").iter_days().take(121);
    let too_many = CalendarYear::try_new(2026, vec!["paper".to_owned()], all_winter, []);
    assert_eq!(too_many.unwrap_err().code(), "CALENDAR_TOO_MANY_DAYS_OFF");
    let unsourced = CalendarYear::try_new(2026, vec![" ".to_owned()], [], []);
    assert_eq!(unsourced.unwrap_err().code(), "CALENDAR_NO_PAPER");
    for text in [
        "",
        r#"{"year": 2026, "papers": ["p"], "off_days": ["2026-02-30"], "make_up_days": []}"#,
        r#"{"year": 2026, "papers": ["p"], "off_days": [], "makeup_days": []}"#,
    ] {
        assert_eq!(
            CalendarYear::from_json(text).unwrap_err().code(),
            "CALENDAR_UNREADABLE"
        );
    }
}

#[test]
fn broken_office_hours_are_refused() {
    for json in [
        "[]",
        r#"[{"from": "12:00", "to": "12:00"}]"#,
        r#"[{"from": "14:00", "to": "18:00"}, {"from": "08:00", "to": "12:00"}]"#,
        r#"[{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "18:00"}]"#,
        r#"[{"from": "8 am", "to": "12:00"}]"#,
    ] {
        assert!(serde_json::from_str::<OfficeHours>(json).is_err(), "{json}");
    }
}

#[test]
fn lists_and_hours_survive_being_stored() {
    let stored = serde_json::to_string(&shipped()).unwrap();
    assert_eq!(
        serde_json::from_str::<WorkCalendar>(&stored).unwrap(),
        shipped()
    );
    let stored = serde_json::to_string(&office()).unwrap();
    assert_eq!(
        stored,
        r#"[{"from":"08:00","to":"12:00"},{"from":"14:00","to":"18:00"}]"#
    );
    assert_eq!(hours(&stored), office());
}
