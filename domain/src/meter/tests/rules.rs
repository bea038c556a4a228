//! Each rule by what it lets pass, what it catches, and where one becomes the other.

use std::collections::BTreeMap;

use super::*;
use crate::units::{Commodity, GeoPoint};
use crate::validation_rules::{CommodityRules, LowUsage, PublishValidationRules};

fn publish(water: CommodityRules) -> PublishValidationRules {
    PublishValidationRules {
        effective_from: "2025-01-01".parse().unwrap(),
        reason: "试运行".to_owned(),
        future_tolerance_minutes: 5,
        water,
        electricity: CommodityRules::default(),
        classes: BTreeMap::new(),
    }
}

/// The severity with which a rule shows in what was judged.
fn found(judged: &ReadingJudged, rule: Rule) -> Option<Severity> {
    let finding = judged.findings.iter().find(|finding| finding.rule == rule);
    finding.map(|finding| finding.severity)
}

fn message(judged: &ReadingJudged, rule: Rule) -> String {
    let finding = judged.findings.iter().find(|finding| finding.rule == rule);
    finding.unwrap().message.clone()
}

#[test]
fn v2_what_comes_late_takes_its_place_where_it_fits() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "120");
    read(&mut desk, "2026-04-01", "160");
    let late = |desk: &mut Desk, text: &str, day: &str| {
        let mut late = reading(text);
        late.read_at = Some(at(day));
        desk.on("2026-04-02").run(&late).unwrap().outcome
    };
    let placed = late(&mut desk, "140", "2026-03-01 09:00");
    assert_eq!(placed.status, ReadingStatus::Accepted);
    assert_eq!(found(&placed, Rule::V2), Some(Severity::Warn));
    assert_eq!(
        history(&mut desk),
        rows(&[
            ("120", "20", "20"),
            ("140", "20", "40"),
            ("160", "20", "60")
        ])
    );
    // The same as its neighbours is still between them; beyond either it is not.
    let held = |desk: &mut Desk, text: &str, day: &str| {
        let judged = late(desk, text, day);
        judged.status == ReadingStatus::Held
    };
    assert!(!held(&mut desk, "160", "2026-03-15 09:00"));
    assert!(held(&mut desk, "160.01", "2026-03-16 09:00"));
    assert!(held(&mut desk, "139.99", "2026-03-02 09:00"));
    assert_eq!(
        message(&late(&mut desk, "161", "2026-03-03 09:00"), Rule::V2),
        "补录的读数 161 与前次 140、后次 160 矛盾，需要复核"
    );
}

#[test]
fn v6_more_than_the_line_delivers_is_held() {
    // 5 an hour, 744 hours.
    for (text, severity) in [("3820", None), ("3820.01", Some(Severity::Hold))] {
        let mut desk = water();
        let judged = read(&mut desk, "2026-02-01", text).outcome;
        assert_eq!(found(&judged, Rule::V6), severity, "{text}");
        let held = judged.status == ReadingStatus::Held;
        assert_eq!(held, severity.is_some());
    }
    let mut desk = water();
    let judged = read(&mut desk, "2026-02-01", "4000").outcome;
    assert_eq!(
        message(&judged, Rule::V6),
        "用量 3900 m³ 超过该表 744 小时内的最大用量 3720 m³，需要复核"
    );
    let mut unknown = device("H1", "100");
    unknown.max_per_hour = None;
    let mut desk = installed(Commodity::Water, unknown, "2026-01-01");
    assert!(
        read(&mut desk, "2026-02-01", "4000")
            .outcome
            .findings
            .is_empty()
    );
}

#[test]
fn v8_low_usage_is_told_of_but_not_where_little_is_expected() {
    // 31 in 31 days before; 12 in 30 days are exactly 0.4 a day.
    for (text, severity) in [
        ("143", None),
        ("142.99", Some(Severity::Warn)),
        ("131", None),
    ] {
        let mut desk = water();
        read(&mut desk, "2026-02-01", "131");
        let judged = read(&mut desk, "2026-03-03", text).outcome;
        assert_eq!(judged.status, ReadingStatus::Accepted);
        assert_eq!(found(&judged, Rule::V8), severity, "{text}");
    }
    for (floor, severity) in [("1", Some(Severity::Warn)), ("1.01", None)] {
        let mut desk = water();
        let low = LowUsage {
            factor: "0.4".parse().unwrap(),
            floor_per_day: floor.parse().unwrap(),
        };
        desk.run(&publish(CommodityRules {
            low: Some(low),
            ..CommodityRules::default()
        }))
        .unwrap();
        read(&mut desk, "2026-02-01", "131");
        let judged = read(&mut desk, "2026-03-03", "135").outcome;
        assert_eq!(found(&judged, Rule::V8), severity, "{floor}");
    }
}

#[test]
fn v9_a_change_is_reckoned_by_the_day() {
    let rules = CommodityRules {
        change_percent: Some(50),
        ..CommodityRules::default()
    };
    // 1 a day before. 2 a day are a change of 50 %, and so is a third less.
    for (text, severity) in [
        ("191", None),
        ("191.01", Some(Severity::Warn)),
        ("151", None),
        ("150.99", Some(Severity::Warn)),
        ("131", None),
    ] {
        let mut desk = water();
        desk.run(&publish(rules.clone())).unwrap();
        read(&mut desk, "2026-02-01", "131");
        let judged = read(&mut desk, "2026-03-03", text).outcome;
        assert_eq!(found(&judged, Rule::V9), severity, "{text}");
    }
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let judged = read(&mut desk, "2026-03-03", "191").outcome;
    assert_eq!(found(&judged, Rule::V9), None, "not without a limit");
}

#[test]
fn v22_exchanged_digits_are_suggested_and_never_applied() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let judged = read(&mut desk, "2026-03-03", "615").outcome;
    assert_eq!(judged.status, ReadingStatus::Held);
    assert_eq!(found(&judged, Rule::V22), Some(Severity::Warn));
    let finding = judged.findings.last().unwrap();
    assert_eq!(finding.inputs["suggested_index"], "165");
    assert_eq!(
        finding.message,
        "读数 615 可能有两位数字颠倒，应为 165，请核对表盘后重新录入"
    );
    assert_eq!(
        state(&mut desk)
            .submission(&judged.reading_id)
            .unwrap()
            .index,
        index("615")
    );
    // 631 turned about is 361 or 613: no better.
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let judged = read(&mut desk, "2026-03-03", "631").outcome;
    assert_eq!(found(&judged, Rule::V22), None);
}

#[test]
fn v22_the_neighbours_dial_is_suggested() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let mut neighbour = registration(Commodity::Water);
    neighbour.meter_no = "M2".parse().unwrap();
    desk.run(&neighbour).unwrap();
    let install = InstallDevice {
        meter_no: "M2".parse().unwrap(),
        device: device("H2", "880"),
        installed_at: None,
    };
    desk.run(&install).unwrap();
    let mut next_door = reading("900");
    next_door.meter_no = "M2".parse().unwrap();
    desk.on("2026-02-20").run(&next_door).unwrap();
    let open = crate::reading_round::OpenReadingRound {
        book: "B12".parse().unwrap(),
        month: crate::units::BillingMonth::try_new(2026, 3).unwrap(),
        campus: "N".parse().unwrap(),
        meters: vec![meter_no(), "M2".parse().unwrap()],
        due_on: "2026-03-31".parse().unwrap(),
        reader: None,
    };
    desk.on("2026-03-01").run(&open).unwrap();
    let mut wrong = reading("912");
    wrong.round = Some("B12-202603".parse().unwrap());
    let judged = desk.on("2026-03-03").run(&wrong).unwrap().outcome;
    let finding = judged.findings.last().unwrap();
    assert_eq!(
        (finding.rule, finding.severity),
        (Rule::V22, Severity::Warn)
    );
    assert_eq!(finding.inputs["suggested_meter"], "M2");
    assert_eq!(
        finding.message,
        "读数 912 可能抄成了邻表 M2 的读数，请核对表盘后重新录入"
    );
}

fn point(latitude: &str, longitude: &str) -> GeoPoint {
    GeoPoint::try_new(latitude.parse().unwrap(), longitude.parse().unwrap()).unwrap()
}

#[test]
fn v24_a_photo_of_another_time_is_told_of() {
    for (watermark, severity) in [
        ("2026-02-01 08:50", None),
        ("2026-02-01 08:49", Some(Severity::Warn)),
        ("2026-02-01 09:10", None),
        ("2026-02-01 09:11", Some(Severity::Warn)),
    ] {
        let mut desk = water();
        let mut shown = reading("131");
        shown.evidence.watermark_at = Some(at(watermark));
        let judged = desk.on("2026-02-01").run(&shown).unwrap().outcome;
        assert_eq!(judged.status, ReadingStatus::Accepted);
        assert_eq!(found(&judged, Rule::V24), severity, "{watermark}");
    }
    let mut desk = water();
    let mut shown = reading("131");
    shown.evidence.watermark_at = Some(at("2026-02-01 08:30"));
    let judged = desk.on("2026-02-01").run(&shown).unwrap().outcome;
    assert_eq!(
        message(&judged, Rule::V24),
        "照片水印时间与抄表时间相差 30 分钟，超过 10 分钟"
    );
}

#[test]
fn v24_two_hundred_metres_from_the_marked_place_are_near_enough() {
    use crate::meter::check;
    use crate::validation_rules::RuleSet;
    let marked = point("39.999800", "116.326400");
    let rules = RuleSet::initial();
    for (latitude, metres) in [("40.001598", None), ("40.001608", Some("201"))] {
        let read = point(latitude, "116.326400");
        let finding = check::away_from_its_place(&rules, 200, read, marked);
        let found = finding.map(|finding| finding.inputs["metres"].clone());
        assert_eq!(found.as_deref(), metres, "{latitude}");
    }
}

mod again {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// X6: whatever is found, its rule finds the same in what the finding has kept.
        #[test]
        fn x6_every_finding_is_found_again_in_its_own_inputs(
            steps in proptest::collection::vec((1..70_i64, 0..400_u32, 0..6_u8), 1..12),
            limits in (1..300_u32, 0..80_u32, 0..3_u32),
        ) {
            let mut spec = device("H1", "900");
            spec.digits = Some(4);
            let mut desk = installed(Commodity::Water, spec, "2026-01-01");
            desk.run(&publish(CommodityRules {
                change_percent: Some(limits.0),
                high_hold_percent: limits.1,
                mean_per_day: Some(rust_decimal::Decimal::new(7, limits.2)),
                ..CommodityRules::default()
            })).unwrap();
            let mut dial = 900_u32;
            for (days, used, kind) in steps {
                desk.at += chrono::TimeDelta::days(days);
                desk.by("li");
                let index = if kind == 0 {
                    dial.saturating_sub(used)
                } else {
                    dial = (dial + used) % 10_000;
                    dial
                };
                let judged = if kind == 1 {
                    let estimate = EstimateReading {
                        meter_no: meter_no(),
                        state: ReadState::Estimated,
                        read_at: None,
                        round: None,
                        reason: "门锁".to_owned(),
                    };
                    desk.run(&estimate)
                } else {
                    let mut taken = reading(&index.to_string());
                    taken.evidence.watermark_at =
                        Some(desk.at - chrono::TimeDelta::minutes(i64::from(used)));
                    if kind == 2 {
                        taken.read_at = Some(desk.at - chrono::TimeDelta::days(40));
                    }
                    desk.run(&taken)
                };
                let Ok(judged) = judged else { continue };
                for finding in judged.outcome.findings {
                    prop_assert_eq!(finding.again(), Some(finding));
                }
            }
        }
    }
}
