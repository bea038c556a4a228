//! V10 where there was no supply: nothing used is nothing odd.

use std::collections::BTreeSet;

use super::*;
use crate::bulletin::outage::{CancelOutage, ExtendOutage, OutageArea, PublishOutage};
use crate::units::{Commodity, OutageId};

fn building(name: &str) -> OutageArea {
    OutageArea::Building {
        campus: "N".parse().unwrap(),
        building: name.to_owned(),
    }
}

/// Announced before anything was read: the meter hangs in 紫荆 3 号楼 on campus N.
fn announce(desk: &mut Desk, area: OutageArea, (from, to): (&str, &str)) -> OutageId {
    let publish = PublishOutage {
        commodities: BTreeSet::from([Commodity::Water]),
        area,
        from: at(from),
        to: at(to),
        reason: "管网改造".to_owned(),
    };
    let published = desk.on("2026-01-01").by("li").run(&publish).unwrap();
    published.outcome.outage_id
}

fn january(desk: &mut Desk) -> ReadingJudged {
    let judged = read(desk, "2026-02-01", "100").outcome;
    assert_eq!(judged.status, ReadingStatus::Accepted);
    judged
}

const MOST_OF_JANUARY: (&str, &str) = ("2026-01-05 09:00", "2026-01-30 09:00");

#[test]
fn v10_nothing_used_in_an_outage_that_reaches_the_meter_is_nothing_odd() {
    let campus = |name: &str| OutageArea::Campus {
        campus: name.parse().unwrap(),
    };
    let meter = |number: &str| OutageArea::Meter {
        campus: "N".parse().unwrap(),
        meter_no: number.parse().unwrap(),
    };
    for (area, reached) in [
        (campus("N"), true),
        (campus("S"), false),
        (building("紫荆 3 号楼"), true),
        (building("紫荆 4 号楼"), false),
        (meter(METER), true),
    ] {
        let mut desk = water();
        announce(&mut desk, area.clone(), MOST_OF_JANUARY);
        let told = rules_of(&january(&mut desk));
        let expected: &[_] = if reached {
            &[]
        } else {
            &[(Rule::V10, Severity::Warn)]
        };
        assert_eq!(told, expected, "{area:?}");
    }
    // The water was off, not the current.
    let mut desk = installed(Commodity::Electricity, device("H1", "100"), "2026-01-01");
    announce(&mut desk, campus("N"), MOST_OF_JANUARY);
    assert_eq!(rules_of(&january(&mut desk)), [(Rule::V10, Severity::Warn)]);
    // What was used is judged as ever.
    let mut desk = water();
    announce(&mut desk, campus("N"), MOST_OF_JANUARY);
    read(&mut desk, "2026-02-01", "100");
    assert!(
        read(&mut desk, "2026-03-01", "120")
            .outcome
            .findings
            .is_empty()
    );
}

#[test]
fn v10_half_of_the_time_is_enough_and_two_notices_of_one_time_are_one() {
    // From the first of January at nine to the first of February are 744 hours.
    for (ends, odd) in [("2026-01-25 21:00", false), ("2026-01-25 20:59", true)] {
        let mut desk = water();
        announce(
            &mut desk,
            building("紫荆 3 号楼"),
            ("2026-01-10 09:00", ends),
        );
        assert_eq!(!january(&mut desk).findings.is_empty(), odd, "{ends}");
    }
    let mut desk = water();
    let mut ids = BTreeSet::new();
    for span in [
        ("2026-01-03 09:00", "2026-01-13 09:00"),
        ("2026-01-05 09:00", "2026-01-15 09:00"),
    ] {
        ids.insert(announce(&mut desk, building("紫荆 3 号楼"), span).to_string());
    }
    let judged = january(&mut desk);
    let finding = &judged.findings[0];
    assert_eq!(
        (finding.rule, finding.severity),
        (Rule::V10, Severity::Warn)
    );
    // X6: it keeps what was known, and says the same of it again.
    assert_eq!(finding.inputs["outage_seconds"], (12 * 86_400).to_string());
    assert_eq!(finding.inputs["seconds"], (31 * 86_400).to_string());
    let known: BTreeSet<String> = finding.inputs["outages"]
        .split(' ')
        .map(str::to_owned)
        .collect();
    assert_eq!(known, ids);
    assert_eq!(
        finding.message,
        "本期用量为零（零度户）；本期停供 288 小时，不足以说明"
    );
    assert_eq!(finding.again().as_ref(), Some(finding));
}

#[test]
fn v10_months_without_supply_do_not_count_towards_a_visit() {
    let mut desk = water();
    announce(
        &mut desk,
        building("紫荆 3 号楼"),
        ("2026-02-01 09:00", "2026-02-26 09:00"),
    );
    let mut told = Vec::new();
    for day in ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"] {
        let judged = read(&mut desk, day, "100").outcome;
        told.push(judged.findings.first().map(|finding| {
            let months = finding.inputs["months"].clone();
            (finding.severity, months)
        }));
    }
    let (warn, visit) = (Severity::Warn, Severity::Visit);
    assert_eq!(
        told,
        [
            Some((warn, "1".to_owned())),
            None,
            Some((warn, "2".to_owned())),
            Some((visit, "3".to_owned())),
        ]
    );
}

#[test]
fn v10_a_notice_counts_as_it_stands_when_the_reading_comes_in() {
    let cancel = |outage_id: &OutageId| CancelOutage {
        outage_id: outage_id.clone(),
        reason: "改期".to_owned(),
    };
    // Over after some days, it was an outage of some days.
    for (day, odd) in [("2026-01-08", true), ("2026-01-28", false)] {
        let mut desk = water();
        let outage_id = announce(&mut desk, building("紫荆 3 号楼"), MOST_OF_JANUARY);
        desk.on(day).run(&cancel(&outage_id)).unwrap();
        assert_eq!(!january(&mut desk).findings.is_empty(), odd, "{day}");
    }
    let mut desk = water();
    let outage_id = announce(&mut desk, building("紫荆 3 号楼"), MOST_OF_JANUARY);
    desk.run(&cancel(&outage_id)).unwrap();
    assert!(
        !january(&mut desk).findings[0]
            .inputs
            .contains_key("outages")
    );

    // It took longer than was said at first.
    let mut desk = water();
    let span = ("2026-01-10 09:00", "2026-01-11 09:00");
    let outage_id = announce(&mut desk, building("紫荆 3 号楼"), span);
    let extend = ExtendOutage {
        outage_id,
        to: at("2026-03-20 09:00"),
        reason: "管道损坏".to_owned(),
    };
    desk.run(&extend).unwrap();
    assert!(january(&mut desk).findings.is_empty());
    assert!(
        read(&mut desk, "2026-03-01", "100")
            .outcome
            .findings
            .is_empty()
    );
}
