use std::collections::BTreeMap;

use chaobiao_decision::Actor;

use super::*;
use crate::units::{BillingMonth, Commodity};
use crate::validation_rules::{CommodityRules, PublishValidationRules};

fn refused(desk: &mut Desk, reading: &SubmitReading) -> (String, String) {
    let rejection = desk.run(reading).unwrap_err();
    (
        rejection.code,
        rejection.field.unwrap_or_default().join("."),
    )
}

fn pair(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

#[test]
fn usage_counts_from_the_opening_index_and_adds_up() {
    let mut desk = water();
    let first = read(&mut desk, "2026-02-01", "112.50");
    assert_eq!(
        first.event_types(),
        ["meter.reading_submitted", "meter.reading_accepted"]
    );
    assert_eq!(first.outcome.status, ReadingStatus::Accepted);
    assert_eq!(first.outcome.usage, Some(quantity("12.5")));
    read(&mut desk, "2026-03-01", "125");
    assert_eq!(
        history(&mut desk),
        rows(&[("112.50", "12.5", "12.5"), ("125", "12.5", "25")])
    );
}

#[test]
fn v1_the_same_reading_again_changes_nothing() {
    let mut desk = water();
    let mut once = reading("110");
    once.read_at = Some(at("2026-02-01 08:00"));
    let first = desk.on("2026-02-02").run(&once).unwrap();
    once.index = index("110.00");
    let again = desk.run(&once).unwrap();
    assert!(again.events.is_empty());
    assert!(again.outcome.duplicate && !first.outcome.duplicate);
    assert_eq!(again.outcome.reading_id, first.outcome.reading_id);
    assert_eq!(again.outcome.usage, first.outcome.usage);

    once.index = index("111");
    assert_eq!(
        refused(&mut desk, &once),
        pair("METER_READING_CONFLICT", "index")
    );
    once.channel = Channel::Remote;
    assert_eq!(
        refused(&mut desk, &once),
        pair("METER_READING_BEFORE_LAST", "readAt")
    );
}

#[test]
fn v2_a_reading_is_neither_of_the_future_nor_of_the_past() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "110");
    let mut next = reading("111");
    for (time, outcome) in [
        ("2026-02-01 09:06", Some("METER_READING_IN_FUTURE")),
        ("2026-02-01 09:00", Some("METER_READING_CONFLICT")),
        (
            "2026-01-01 09:00",
            Some("METER_READING_BEFORE_INSTALLATION"),
        ),
        (
            "2025-12-31 09:00",
            Some("METER_READING_BEFORE_INSTALLATION"),
        ),
        ("2026-02-01 09:05", None),
    ] {
        next.read_at = Some(at(time));
        let code = desk
            .run(&next)
            .map(|_| ())
            .map_err(|rejection| rejection.code);
        assert_eq!(code.err().as_deref(), outcome, "{time}");
    }
}

#[test]
fn v3_an_index_fits_its_register() {
    let mut desk = water();
    desk.on("2026-02-01");
    assert_eq!(
        refused(&mut desk, &reading("100000")),
        pair("METER_INDEX_OUT_OF_RANGE", "index")
    );
    assert_eq!(
        refused(&mut desk, &reading("110.125")),
        pair("METER_INDEX_TOO_PRECISE", "index")
    );
    // A trailing zero is not precision.
    assert!(desk.run(&reading("110.120")).is_ok());
}

#[test]
fn v4_without_digits_an_index_that_went_back_is_held() {
    let mut spec = device("H1", "52340");
    spec.digits = None;
    let mut desk = installed(Commodity::Electricity, spec, "2026-08-31");
    let judged = read(&mut desk, "2026-09-30", "52290");
    assert_eq!(
        judged.event_types(),
        ["meter.reading_submitted", "meter.reading_held"]
    );
    assert_eq!(rules_of(&judged.outcome)[0], (Rule::V4, Severity::Hold));
    let finding = &judged.outcome.findings[0];
    assert_eq!(finding.rule.code(), "METER_READING_WENT_BACKWARDS");
    assert_eq!(finding.message, "读数 52290 小于上次读数 52340，需要复核");
    assert_eq!(judged.outcome.usage, None);
}

#[test]
fn e2_guard_an_impossible_rollover_is_held() {
    let mut spec = device("H1", "52340.00");
    spec.multiplier = "30".parse().unwrap();
    spec.max_per_hour = Some(quantity("98.73"));
    let mut desk = installed(Commodity::Electricity, spec, "2026-08-31");
    let judged = read(&mut desk, "2026-09-30", "52290.00").outcome;
    assert_eq!(judged.status, ReadingStatus::Held);
    assert_eq!(rules_of(&judged)[0], (Rule::V5, Severity::Hold));
    let finding = &judged.findings[0];
    assert_eq!(finding.inputs["usage"], "2998500");
    assert_eq!(finding.inputs["hours"], "720");
    assert_eq!(finding.threshold, "71085.60");
    assert_eq!(history(&mut desk), []);
}

#[test]
fn v5_a_possible_rollover_is_accepted_with_a_warning() {
    let mut desk = installed(Commodity::Water, device("H1", "99990"), "2026-01-01");
    let judged = read(&mut desk, "2026-02-01", "15").outcome;
    assert_eq!(judged.status, ReadingStatus::Accepted);
    assert_eq!(rules_of(&judged), [(Rule::V5, Severity::Warn)]);
    assert_eq!(judged.usage, Some(quantity("25")));
}

#[test]
fn v5_nothing_is_guessed_when_the_line_is_unknown() {
    let mut spec = device("H1", "99990");
    spec.max_per_hour = None;
    let mut desk = installed(Commodity::Water, spec, "2026-01-01");
    let judged = read(&mut desk, "2026-02-01", "15").outcome;
    assert_eq!(rules_of(&judged), [(Rule::V5, Severity::Hold)]);
    assert!(judged.findings[0].message.contains("未登记每小时最大用量"));
}

#[test]
fn v7_high_usage_is_held_by_day_and_not_by_reading() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131"); // 31 days, 1 a day
    read(&mut desk, "2026-04-02", "251"); // 60 days, 2 a day: exactly the limit
    let judged = read(&mut desk, "2026-04-03", "255.01").outcome; // 1 day, 4.01
    assert_eq!(rules_of(&judged), [(Rule::V7, Severity::Hold)]);
    let finding = &judged.findings[0];
    assert_eq!(finding.inputs["reference"], "previous");
    assert_eq!(finding.inputs["reference_per_day"], "2");
    assert_eq!(finding.inputs["per_day"], "4.01");
    assert_eq!(finding.threshold, "4");
    assert_eq!(
        finding.message,
        "用量异常偏高：日均 4.01 m³，超过上期日均 2 m³ 的 2 倍，需要复核"
    );
}

#[test]
fn v7_compares_with_the_same_dates_a_year_ago_where_they_are_known() {
    let mut desk = water();
    // July of last year took 93, every other month 10.
    let readings = [
        ("2026-07-01", "160"),
        ("2026-08-01", "253"),
        ("2027-07-01", "363"),
    ];
    let mut ids = Vec::new();
    for (day, text) in readings {
        ids.push(read(&mut desk, day, text).outcome);
    }
    // The peak month itself was held: nothing like it was known before.
    assert_eq!(rules_of(&ids[1]), [(Rule::V7, Severity::Hold)]);
    desk.by("wang").run(&accept(&ids[1].reading_id)).unwrap();
    // 90 in July again is normal, though the period before took a third of a unit a day.
    let july = read(&mut desk, "2027-08-01", "453").outcome;
    assert_eq!(july.status, ReadingStatus::Accepted);
    let held = read(&mut desk, "2027-08-31", "493").outcome;
    assert_eq!(held.findings[0].inputs["reference"], "last_year");
}

#[test]
fn v7_takes_its_factor_from_the_rules_of_the_day() {
    let mut desk = water();
    let rules = CommodityRules {
        high_factor: "5".parse().unwrap(),
        high_floor_per_day: "0.5".parse().unwrap(),
        ..CommodityRules::default()
    };
    let publish = PublishValidationRules {
        effective_from: "2026-03-01".parse().unwrap(),
        reason: "试运行".to_owned(),
        future_tolerance_minutes: 5,
        water: rules.clone(),
        electricity: rules,
        classes: BTreeMap::new(),
    };
    desk.run(&publish).unwrap();
    read(&mut desk, "2026-02-01", "131");
    let before = read(&mut desk, "2026-02-28", "212").outcome; // 3 a day
    assert_eq!(
        (before.status, before.findings[0].version),
        (ReadingStatus::Held, 0)
    );
    let after = read(&mut desk, "2026-03-01", "213").outcome;
    assert_eq!(after.status, ReadingStatus::Accepted);
    let high = read(&mut desk, "2026-03-02", "300").outcome;
    assert_eq!(
        (high.status, high.findings[0].version),
        (ReadingStatus::Held, 1)
    );
}

#[test]
fn v7_is_silent_below_the_floor() {
    let mut desk = water();
    let rules = CommodityRules {
        high_factor: "2".parse().unwrap(),
        high_floor_per_day: "0.5".parse().unwrap(),
        ..CommodityRules::default()
    };
    let publish = PublishValidationRules {
        effective_from: "2026-01-01".parse().unwrap(),
        reason: "试运行".to_owned(),
        future_tolerance_minutes: 5,
        water: rules.clone(),
        electricity: rules,
        classes: BTreeMap::new(),
    };
    desk.run(&publish).unwrap();
    read(&mut desk, "2026-02-01", "100.31");
    assert_eq!(
        read(&mut desk, "2026-02-11", "105.31").outcome.status,
        ReadingStatus::Accepted
    );
    assert_eq!(
        read(&mut desk, "2026-02-21", "115.41").outcome.status,
        ReadingStatus::Held
    );
}

#[test]
fn v10_zero_usage_is_accepted_with_a_warning() {
    let mut desk = water();
    let judged = read(&mut desk, "2026-02-01", "100").outcome;
    assert_eq!(judged.status, ReadingStatus::Accepted);
    assert_eq!(rules_of(&judged), [(Rule::V10, Severity::Warn)]);
    // A period of nothing is no measure for the next one.
    assert_eq!(
        read(&mut desk, "2026-03-01", "140").outcome.status,
        ReadingStatus::Accepted
    );
}

/// Rules for water from the first day on.
fn water_rules(rules: CommodityRules) -> PublishValidationRules {
    PublishValidationRules {
        effective_from: "2026-01-01".parse().unwrap(),
        reason: "试运行".to_owned(),
        future_tolerance_minutes: 5,
        water: rules,
        electricity: CommodityRules::default(),
        classes: BTreeMap::new(),
    }
}

#[test]
fn v7_warns_of_high_and_holds_very_high() {
    let rules = CommodityRules {
        high_hold_percent: 50,
        ..CommodityRules::default()
    };
    for (second, status, severity, percent) in [
        // 1 a day before; the limit is 2 a day, 20 in ten days.
        ("151", ReadingStatus::Accepted, None, ""),
        ("151.01", ReadingStatus::Accepted, Some(Severity::Warn), "0"),
        (
            "160.89",
            ReadingStatus::Accepted,
            Some(Severity::Warn),
            "49",
        ),
        // 49.5 percent count as 50.
        ("160.90", ReadingStatus::Held, Some(Severity::Hold), "50"),
    ] {
        let mut desk = water();
        desk.run(&water_rules(rules.clone())).unwrap();
        read(&mut desk, "2026-02-01", "131");
        let judged = read(&mut desk, "2026-02-11", second).outcome;
        assert_eq!(judged.status, status, "{second}");
        let found = judged.findings.first();
        assert_eq!(found.map(|finding| finding.severity), severity, "{second}");
        if let Some(finding) = found {
            assert_eq!(finding.inputs["percent_above"], percent);
            let reviewed = finding.message.ends_with("需要复核");
            assert_eq!(reviewed, status == ReadingStatus::Held);
        }
    }
}

#[test]
fn v7_compares_a_new_meter_with_its_class_where_that_is_known() {
    let rules = CommodityRules {
        mean_per_day: Some("0.5".parse().unwrap()),
        ..CommodityRules::default()
    };
    let mut desk = water();
    desk.run(&water_rules(rules.clone())).unwrap();
    // 31 days at twice the mean: exactly the limit.
    let first = read(&mut desk, "2026-02-01", "131").outcome;
    assert_eq!(first.status, ReadingStatus::Accepted);

    let mut desk = water();
    desk.run(&water_rules(rules)).unwrap();
    let held = read(&mut desk, "2026-02-01", "131.01").outcome;
    assert_eq!(rules_of(&held)[0], (Rule::V7, Severity::Hold));
    assert_eq!(held.findings[0].inputs["reference"], "class_mean");
    assert!(held.findings[0].message.contains("超过同类表日均 0.5 m³"));
}

#[test]
fn v10_asks_for_a_visit_after_months_of_nothing_but_not_in_a_vacation() {
    let rules = CommodityRules {
        zero_quiet_months: [7, 8].into(),
        ..CommodityRules::default()
    };
    let mut desk = water();
    desk.run(&water_rules(rules)).unwrap();
    let mut severities = Vec::new();
    for day in [
        "2026-05-31",
        "2026-06-01",
        "2026-06-20",
        "2026-07-01",
        "2026-08-01",
        "2026-09-01",
    ] {
        let judged = read(&mut desk, day, "100").outcome;
        assert_eq!(judged.status, ReadingStatus::Accepted, "{day}");
        severities.push(judged.findings.first().map(|finding| finding.severity));
    }
    let (warn, visit) = (Some(Severity::Warn), Some(Severity::Visit));
    // Two looks in June are one month, and the vacation counts for nothing.
    assert_eq!(severities, [warn, warn, warn, None, None, visit]);
    let next = read(&mut desk, "2026-10-01", "101").outcome;
    assert!(next.findings.is_empty(), "{:?}", next.findings);
    // It starts again from one.
    let again = read(&mut desk, "2026-11-01", "101").outcome;
    assert_eq!(rules_of(&again), [(Rule::V10, Severity::Warn)]);
    assert_eq!(again.findings[0].inputs["months"], "1");
}

#[test]
fn r21_photo_and_index_are_both_mandatory_where_a_person_looks() {
    let mut desk = water();
    let mut by_hand = reading("110");
    by_hand.channel = Channel::Field;
    desk.on("2026-02-01");
    assert_eq!(
        refused(&mut desk, &by_hand),
        pair("METER_PHOTO_REQUIRED", "photo")
    );
    by_hand.photo = Some(ReadingPhoto {
        stored: None,
        ..photo('a')
    });
    assert_eq!(
        refused(&mut desk, &by_hand),
        pair("METER_PHOTO_UNKNOWN", "photo")
    );
    by_hand.photo = Some(photo('a'));
    let judged = desk.run(&by_hand).unwrap();
    assert_eq!(
        judged.event_types(),
        [
            "meter.photo_submitted",
            "meter.reading_submitted",
            "meter.reading_accepted"
        ]
    );
    assert_eq!(judged.events[1].payload["photo"], "a".repeat(64));
}

#[test]
fn staff_do_not_read_as_customers_nor_customers_as_staff() {
    let mut desk = water();
    desk.on("2026-02-01");
    let mut by_hand = reading("110");
    by_hand.photo = Some(photo('a'));
    by_hand.channel = Channel::SelfRead;
    assert_eq!(
        refused(&mut desk, &by_hand),
        pair("METER_CHANNEL_NOT_ALLOWED", "channel")
    );
    by_hand.channel = Channel::Field;
    for actor in [Actor::Customer("C1".to_owned()), Actor::Anonymous] {
        desk.actor = actor;
        assert_eq!(
            refused(&mut desk, &by_hand),
            pair("METER_CHANNEL_NOT_ALLOWED", "channel")
        );
    }
}

#[test]
fn self_reading_is_switched_on_per_meter() {
    let mut desk = Desk::new("2026-01-01");
    let mut card = registration(Commodity::Electricity);
    card.self_read = false;
    desk.run(&card).unwrap();
    let mut own = reading("110");
    own.channel = Channel::SelfRead;
    desk.actor = Actor::Customer("C1".to_owned());
    assert_eq!(
        refused(&mut desk, &own),
        pair("METER_SELF_READ_NOT_ENABLED", "meterNo")
    );
}

#[test]
fn an_unknown_meter_and_a_bare_metering_point_are_refused() {
    let mut desk = Desk::new("2026-01-01");
    assert_eq!(
        refused(&mut desk, &reading("1")),
        pair("METER_NOT_FOUND", "meterNo")
    );
    desk.run(&registration(Commodity::Water)).unwrap();
    assert_eq!(
        refused(&mut desk, &reading("1")),
        pair("METER_NO_DEVICE", "meterNo")
    );
}

#[test]
fn a_reading_for_a_round_must_be_on_its_walk() {
    let mut desk = water();
    desk.on("2026-02-01");
    let mut on_round = reading("110");
    on_round.round = Some("B12-202602".parse().unwrap());
    assert_eq!(
        refused(&mut desk, &on_round),
        pair("ROUND_NOT_FOUND", "roundId")
    );
    let open = crate::reading_round::OpenReadingRound {
        book: "B12".parse().unwrap(),
        month: BillingMonth::try_new(2026, 2).unwrap(),
        campus: "N".parse().unwrap(),
        meters: vec![meter_no()],
        due_on: "2026-02-28".parse().unwrap(),
        reader: None,
    };
    desk.run(&open).unwrap();
    let judged = desk.run(&on_round).unwrap();
    assert_eq!(judged.events[0].payload["round"], "B12-202602");
}

#[test]
fn notes_are_trimmed_and_bounded() {
    let mut desk = water();
    desk.on("2026-02-01");
    let mut noted = reading("110");
    noted.note = Some("门".repeat(201));
    assert_eq!(refused(&mut desk, &noted), pair("VALUE_TOO_LONG", "note"));
    noted.note = Some("  表盘起雾 ".to_owned());
    assert_eq!(
        desk.run(&noted).unwrap().events[0].payload["note"],
        "表盘起雾"
    );
    desk.on("2026-03-01");
    noted.note = Some("  ".to_owned());
    assert!(
        desk.run(&noted).unwrap().events[0]
            .payload
            .get("note")
            .is_none()
    );
}
