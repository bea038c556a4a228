//! V12 to V17 and V25 on remote data: what passes, what is caught, and the edge between.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::DomainEvent as _;

use super::*;
use crate::meter::interval::{
    DeviceCode, IntervalDayEvent, MeterSweep, RecordSweep, SweepRecorded, SweptFindings, SweptMeter,
};
use crate::units::{Commodity, RateRegister, RawFrame};

fn values(list: &[&str]) -> Vec<Option<Quantity>> {
    let value = |text: &&str| (*text != "-").then(|| quantity(text));
    list.iter().map(value).collect()
}

fn meter_sweep(first_slot: u32, list: &[&str]) -> MeterSweep {
    MeterSweep {
        meter_no: meter_no(),
        first_slot,
        values: values(list),
        start_index: None,
        end_index: None,
        rates: BTreeMap::new(),
        codes: BTreeSet::new(),
        frame: None,
        read_at: None,
        reading_since: None,
    }
}

/// Hourly values of a day.
fn sweep(day: &str, meter: MeterSweep) -> RecordSweep {
    RecordSweep {
        collector: "C-1".parse().unwrap(),
        day: day.parse().unwrap(),
        swept_at: None,
        step_minutes: 60,
        meters: vec![meter],
    }
}

fn sweep_day(desk: &mut Desk, day: &str, list: &[&str]) -> SweptFindings {
    swept(desk, &sweep(day, meter_sweep(0, list)))
}

fn swept(desk: &mut Desk, sweep: &RecordSweep) -> SweptFindings {
    let next = sweep.day.succ_opt().unwrap().to_string();
    let judged = desk.on(&next).run(sweep).unwrap().outcome;
    for finding in &judged.meters[0].findings {
        assert_eq!(finding.again().as_ref(), Some(finding), "X6");
    }
    judged.meters[0].clone()
}

fn found(judged: &SweptFindings, rule: Rule) -> Option<Severity> {
    let finding = judged.findings.iter().find(|finding| finding.rule == rule);
    finding.map(|finding| finding.severity)
}

/// A day of a household: still at night, a little by day.
fn usual() -> [&'static str; 24] {
    [
        "0", "0", "0", "0", "0", "0", "0.04", "0.06", "0.05", "0.03", "0.04", "0.05", "0.06",
        "0.04", "0.03", "0.02", "0.04", "0.05", "0.06", "0.05", "0.04", "0.03", "0.02", "0",
    ]
}

#[test]
fn a_usual_day_finds_nothing() {
    assert_eq!(sweep_day(&mut water(), "2026-03-01", &usual()).findings, []);
}

#[test]
fn v12_the_highest_interval_against_the_third_highest() {
    // The third highest is 0.05; 0.05 × 2.8 = 0.14.
    for (highest, severity) in [("0.14", None), ("0.141", Some(Severity::Warn))] {
        let mut day = ["0.05"; 24];
        day[0] = "0";
        day[7] = highest;
        for place in [2, 5, 9, 13, 17, 21] {
            day[place] = "0.04";
        }
        let judged = sweep_day(&mut water(), "2026-03-01", &day);
        assert_eq!(found(&judged, Rule::V12), severity, "{highest}");
    }
}

#[test]
fn v13_intervals_add_up_to_what_the_register_moved_by() {
    // 0.71 in all; five percent of the advance either way.
    for (end, severity) in [
        ("100.71", None),
        ("100.68", None),
        ("100.67", Some(Severity::Hold)),
        ("100.74", None),
        ("100.75", Some(Severity::Hold)),
    ] {
        let mut meter = meter_sweep(0, &usual());
        meter.start_index = Some(index("100"));
        meter.end_index = Some(index(end));
        let judged = swept(&mut water(), &sweep("2026-03-01", meter));
        assert_eq!(found(&judged, Rule::V13), severity, "{end}");
    }
}

#[test]
fn v14_the_same_value_six_times_or_nothing_for_long() {
    for (times, severity) in [(5, None), (6, Some(Severity::Warn))] {
        let mut day = usual();
        day[8..8 + times].fill("0.07");
        let judged = sweep_day(&mut water(), "2026-03-01", &day);
        assert_eq!(found(&judged, Rule::V14), severity, "{times}");
    }
    // Electricity: an hour of nothing. Water: thirty days of it.
    let mut electric = installed(Commodity::Electricity, device("H1", "100"), "2026-01-01");
    let mut day = ["0.3"; 24];
    for place in (0..24).step_by(2) {
        day[place] = "0.4";
    }
    assert_eq!(
        found(&sweep_day(&mut electric, "2026-03-01", &day), Rule::V14),
        None
    );
    day[12] = "0";
    assert_eq!(
        found(&sweep_day(&mut electric, "2026-03-02", &day), Rule::V14),
        Some(Severity::Warn)
    );
    let mut desk = water();
    for number in 1..=30 {
        let day = format!("2026-04-{number:02}");
        let judged = sweep_day(&mut desk, &day, &["0"; 24]);
        let severity = (number == 30).then_some(Severity::Warn);
        assert_eq!(found(&judged, Rule::V14), severity, "{day}");
    }
}

#[test]
fn v15_an_interval_far_from_its_neighbours() {
    // The median is 0.05 and the spread 0.0148: the limit is 0.05 + 0.08896.
    for (value, severity) in [("0.138", None), ("0.139", Some(Severity::Warn))] {
        let mut day = ["0.05"; 24];
        for place in (0..24).step_by(4) {
            day[place] = "0.04";
            day[place + 1] = "0.06";
            day[place + 2] = "0.03";
        }
        day[12] = value;
        let judged = sweep_day(&mut water(), "2026-03-01", &day);
        let outlier = judged
            .findings
            .iter()
            .find(|finding| finding.rule == Rule::V15);
        assert_eq!(outlier.map(|finding| finding.severity), severity, "{value}");
        if let Some(finding) = outlier {
            assert_eq!(finding.inputs["outliers"], "12");
        }
    }
}

#[test]
fn v16_gaps_and_missing_registers() {
    let mut day = usual();
    day[9] = "-";
    let judged = sweep_day(&mut water(), "2026-03-01", &day);
    assert_eq!(found(&judged, Rule::V16), Some(Severity::Hold));
    let finding = judged
        .findings
        .iter()
        .find(|finding| finding.rule == Rule::V16);
    assert_eq!(finding.unwrap().message, "缺少间隔 9，需要补采");
    // What the collector brings later fills it, and then nothing is missing.
    let mut desk = water();
    sweep_day(&mut desk, "2026-03-01", &usual()[..9]);
    let late = swept(
        &mut desk,
        &sweep("2026-03-01", meter_sweep(10, &usual()[10..])),
    );
    assert_eq!(found(&late, Rule::V16), Some(Severity::Hold));
    let filled = swept(
        &mut desk,
        &sweep("2026-03-01", meter_sweep(9, &usual()[9..10])),
    );
    assert_eq!(found(&filled, Rule::V16), None);
}

#[test]
fn v16_does_not_ask_a_new_meter_for_the_hours_before_it_hung_there() {
    let mut desk = water();
    let first = swept(&mut desk, &sweep("2026-03-01", meter_sweep(9, &["-"])));
    assert_eq!(found(&first, Rule::V16), None);
    let second = swept(&mut desk, &sweep("2026-03-01", meter_sweep(10, &["0.05"])));
    assert_eq!(found(&second, Rule::V16), None);
    let late = swept(&mut desk, &sweep("2026-03-01", meter_sweep(12, &["0.05"])));
    assert_eq!(found(&late, Rule::V16), Some(Severity::Hold));
    // The next day all hours are its own.
    let next = swept(&mut desk, &sweep("2026-03-02", meter_sweep(3, &["0.05"])));
    assert_eq!(found(&next, Rule::V16), Some(Severity::Hold));
}

#[test]
fn v16_v17_the_rates_of_a_time_of_use_meter() {
    use RateRegister::{Flat, Peak, Valley};
    let rates = |list: &[(RateRegister, &str)]| -> BTreeMap<RateRegister, Index> {
        list.iter()
            .map(|(rate, text)| (*rate, index(text)))
            .collect()
    };
    let judged = |list: &[(RateRegister, &str)]| {
        let mut meter = meter_sweep(0, &["0.2", "0.3"]);
        meter.rates = rates(list);
        meter.end_index = Some(index("300"));
        let mut desk = installed(Commodity::Electricity, device("H1", "0"), "2026-01-01");
        swept(&mut desk, &sweep("2026-03-01", meter))
    };
    let whole = judged(&[(Peak, "100"), (Flat, "120"), (Valley, "80")]);
    assert_eq!(
        (found(&whole, Rule::V16), found(&whole, Rule::V17)),
        (None, None)
    );
    // A last digit each is allowed: 0.03 with two decimals and three rates.
    let near = judged(&[(Peak, "100.03"), (Flat, "120"), (Valley, "80")]);
    assert_eq!(found(&near, Rule::V17), None);
    let far = judged(&[(Peak, "100.04"), (Flat, "120"), (Valley, "80")]);
    assert_eq!(found(&far, Rule::V17), Some(Severity::Hold));
    let lacking = judged(&[(Peak, "100"), (Flat, "120")]);
    assert_eq!(found(&lacking, Rule::V16), Some(Severity::Hold));
}

#[test]
fn v25_water_that_never_rests_is_a_leak_told_of_once() {
    let mut day = usual();
    for place in &mut day {
        if *place == "0" {
            *place = "0.01";
        }
    }
    let judged = sweep_day(&mut water(), "2026-03-01", &day);
    assert_eq!(found(&judged, Rule::V25), Some(Severity::Visit));
    day[3] = "0";
    assert_eq!(
        found(&sweep_day(&mut water(), "2026-03-01", &day), Rule::V25),
        None
    );
    // Over midnight, hour by hour: found with the twenty-fourth hour, and not again.
    let mut desk = water();
    sweep_day(&mut desk, "2026-03-01", &usual());
    let mut told = Vec::new();
    for hour in 0..24 {
        let hour = u32::try_from(hour).unwrap();
        let judged = swept(
            &mut desk,
            &sweep("2026-03-02", meter_sweep(hour, &["0.18"])),
        );
        told.push(found(&judged, Rule::V25).is_some());
    }
    assert_eq!(told.iter().position(|told| *told), Some(23));
    let judged = swept(&mut desk, &sweep("2026-03-03", meter_sweep(0, &["0.18"])));
    assert_eq!(found(&judged, Rule::V25), None);
}

#[test]
fn v25_a_burst_lasts_half_an_hour() {
    // Q4 is 5 an hour, Q3 then 4; five percent of it are 0.2 an hour, 0.05 in a quarter.
    for (list, severity) in [
        (["0", "0.051", "0.051", "0"], Some(Severity::Visit)),
        (["0", "0.05", "0.051", "0.05"], None),
        (["0.051", "0", "0.051", "0"], None),
    ] {
        let mut burst = sweep("2026-03-01", meter_sweep(0, &list));
        burst.step_minutes = 15;
        let judged = swept(&mut water(), &burst);
        assert_eq!(found(&judged, Rule::V25), severity, "{list:?}");
    }
}

#[test]
fn v25_what_the_device_reports_of_itself() {
    for (code, severity) in [
        (DeviceCode::Leak, Severity::Visit),
        (DeviceCode::Burst, Severity::Visit),
        (DeviceCode::Dry, Severity::Warn),
        (DeviceCode::Reverse, Severity::Warn),
        (DeviceCode::Tamper, Severity::Hold),
    ] {
        let mut meter = meter_sweep(0, &usual());
        meter.codes = [code].into();
        let judged = swept(&mut water(), &sweep("2026-03-01", meter));
        assert_eq!(found(&judged, Rule::V25), Some(severity), "{code:?}");
    }
}

#[test]
fn a_sweep_is_taken_whole_or_not_at_all_and_once() {
    let mut desk = water();
    let once = sweep("2026-03-01", meter_sweep(0, &usual()));
    desk.on("2026-03-02").run(&once).unwrap();
    assert!(desk.run(&once).unwrap().events.is_empty());
    let refused = |desk: &mut Desk, change: &dyn Fn(&mut RecordSweep)| {
        let mut sweep = once.clone();
        change(&mut sweep);
        desk.refused(&sweep)
    };
    for (code, change) in [
        (
            "INTERVAL_CONFLICT",
            &(|sweep: &mut RecordSweep| sweep.meters[0].values[7] = Some(quantity("9")))
                as &dyn Fn(&mut RecordSweep),
        ),
        ("INTERVAL_STEP_CHANGED", &|sweep| sweep.step_minutes = 30),
        ("INTERVAL_STEP_DOES_NOT_DIVIDE", &|sweep| {
            sweep.step_minutes = 7;
        }),
        ("INTERVAL_STEP_DOES_NOT_DIVIDE", &|sweep| {
            sweep.step_minutes = 0;
        }),
        ("INTERVAL_NO_METERS", &|sweep| sweep.meters.clear()),
        ("INTERVAL_METER_TWICE", &|sweep| {
            sweep.meters.push(sweep.meters[0].clone());
        }),
        ("INTERVAL_BEYOND_THE_DAY", &|sweep| {
            sweep.meters[0].first_slot = 24;
        }),
        ("INTERVAL_NEGATIVE", &|sweep| {
            sweep.meters[0].values[0] = Some(quantity("-1"));
        }),
        ("INTERVAL_METER_UNKNOWN", &|sweep| {
            sweep.meters[0].meter_no = "M9".parse().unwrap();
        }),
        ("INTERVAL_IN_FUTURE", &|sweep| {
            sweep.swept_at = Some(at("2026-03-02 09:06"));
        }),
    ] {
        assert_eq!(refused(&mut desk, change), code);
    }
}

#[test]
fn events_keep_their_form() {
    let full = SweptMeter {
        meter_no: meter_no(),
        first_slot: 3,
        values: values(&["0.05", "-"]),
        start_index: Some(index("100")),
        end_index: Some(index("100.05")),
        rates: [(RateRegister::Peak, index("40"))].into(),
        codes: [DeviceCode::Dry].into(),
        frame: Some(RawFrame::try_new("6810").unwrap()),
        read_at: Some(at("2026-03-01 23:59")),
        reading_since: Some(at("2026-03-01 00:00")),
        findings: Vec::new(),
        idle_minutes: 60,
        leaking: true,
    };
    let required = SweptMeter {
        start_index: None,
        end_index: None,
        rates: BTreeMap::new(),
        codes: BTreeSet::new(),
        frame: None,
        read_at: None,
        reading_since: None,
        ..full.clone()
    };
    for (suffix, meter) in [("", full), (".required", required)] {
        let event = IntervalDayEvent::SweepRecorded(SweepRecorded {
            collector: "C-1".parse().unwrap(),
            day: "2026-03-01".parse().unwrap(),
            swept_at: at("2026-03-02 00:05"),
            step_minutes: 60,
            meters: vec![meter],
        });
        insta::assert_json_snapshot!(format!("{}{suffix}", event.event_type()), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<IntervalDayEvent>(&json).unwrap(),
            event
        );
    }
}
