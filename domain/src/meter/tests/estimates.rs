use std::collections::BTreeMap;

use super::*;
use crate::units::Commodity;
use crate::validation_rules::{
    CommodityRules, Estimation, EstimationMethod, PublishValidationRules,
};

/// A water meter on whole units, read as E7 tells.
fn e7() -> Desk {
    let mut spec = device("H1", "250");
    spec.decimals = 0;
    let mut desk = installed(Commodity::Water, spec, "2025-06-30");
    // Last July took 13: 0.42 a day.
    read(&mut desk, "2025-07-31", "263");
    read(&mut desk, "2025-08-31", "271");
    read(&mut desk, "2026-06-30", "305");
    desk
}

fn estimate(state: ReadState) -> EstimateReading {
    EstimateReading {
        meter_no: meter_no(),
        state,
        read_at: None,
        round: None,
        reason: "门锁".to_owned(),
    }
}

fn estimated(desk: &mut Desk, day: &str) -> ReadingJudged {
    let estimate = estimate(ReadState::Estimated);
    desk.on(day).by("li").run(&estimate).unwrap().outcome
}

fn last(desk: &mut Desk) -> AcceptedReading {
    desk.state::<Meter>(METER)
        .accepted()
        .last()
        .unwrap()
        .clone()
}

fn rules_with(estimation: Estimation, mean: Option<&str>) -> PublishValidationRules {
    PublishValidationRules {
        effective_from: "2025-01-01".parse().unwrap(),
        reason: "试运行".to_owned(),
        future_tolerance_minutes: 5,
        water: CommodityRules {
            estimation,
            mean_per_day: mean.map(|mean| mean.parse().unwrap()),
            ..CommodityRules::default()
        },
        electricity: CommodityRules::default(),
        classes: BTreeMap::new(),
    }
}

#[test]
fn e7_an_unread_july_is_estimated_by_the_same_days_last_year() {
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    let july = last(&mut desk);
    assert_eq!(july.index, index("318"));
    assert_eq!(july.quality, Quality::Estimated);
    let how = july.estimate.unwrap();
    assert_eq!(
        (how.method, how.days, how.per_day, how.usage),
        (
            EstimationMethod::LastYear,
            31,
            Some(quantity("0.42")),
            quantity("13.02")
        )
    );
    let august = read(&mut desk, "2026-08-31", "326");
    assert_eq!(august.outcome.usage, Some(quantity("8")));
    assert_eq!(
        august.event_types(),
        ["meter.reading_submitted", "meter.reading_accepted"]
    );
}

#[test]
fn e7_an_index_between_the_last_actual_and_the_estimate_is_a_true_up() {
    let mut desk = e7();
    let july = estimated(&mut desk, "2026-07-31").reading_id;
    let august = read(&mut desk, "2026-08-31", "315");
    assert_eq!(
        august.event_types(),
        [
            "meter.reading_submitted",
            "meter.reading_reestimated",
            "meter.reading_accepted"
        ]
    );
    assert_eq!(rules_of(&august.outcome), [(Rule::V4, Severity::Warn)]);
    assert_eq!(
        august.outcome.findings[0].message,
        "读数 315 低于估抄 318，但不低于上次实抄 305：按实抄冲减估抄的用量"
    );
    let history = history(&mut desk);
    assert_eq!(
        history[3..],
        rows(&[("310", "5", "60"), ("315", "5", "65")])
    );
    let how = state(&mut desk).accepted_reading(&july).unwrap().clone();
    let drawn = how.estimate.unwrap().drawn_over.unwrap();
    assert_eq!((drawn.usage, drawn.days), (quantity("10"), 62));
    // At the last actual itself nothing was used in two months; below it, it is a way back.
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    let nothing = read(&mut desk, "2026-08-31", "305").outcome;
    assert_eq!(
        (nothing.status, nothing.usage),
        (ReadingStatus::Accepted, Some(quantity("0")))
    );
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    let back = read(&mut desk, "2026-08-31", "304").outcome;
    assert_eq!(back.status, ReadingStatus::Held);
}

#[test]
fn e7_the_same_index_after_an_actual_is_held() {
    let mut desk = e7();
    read(&mut desk, "2026-07-31", "318");
    let august = read(&mut desk, "2026-08-31", "315").outcome;
    assert_eq!(august.status, ReadingStatus::Held);
    assert_eq!(rules_of(&august)[0], (Rule::V5, Severity::Hold));
}

#[test]
fn two_estimates_in_a_row_are_trued_up_together() {
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    estimated(&mut desk, "2026-08-31");
    // 305 to 320 in 92 days: 31 and 62 of them make 5.05 and 10.11.
    read(&mut desk, "2026-09-30", "320");
    assert_eq!(
        history(&mut desk)[3..],
        rows(&[("310", "5", "60"), ("315", "5", "65"), ("320", "5", "70")])
    );
}

#[test]
fn a_held_reading_trues_estimates_up_when_it_is_accepted() {
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    // 105 in two months is far too much; the estimate before it is not touched meanwhile.
    let high = read(&mut desk, "2026-08-31", "410").outcome;
    assert_eq!(high.status, ReadingStatus::Held);
    assert_eq!(last(&mut desk).index, index("318"));
    let next = read(&mut desk, "2026-09-30", "316").outcome;
    assert_eq!(next.status, ReadingStatus::Accepted);
    // 11 in 92 days: 3.71 in the 31 of July.
    assert_eq!(next.usage, Some(quantity("8")));
    // By now the held one contradicts what was read after it.
    assert_eq!(
        desk.by("wang").refused(&accept(&high.reading_id)),
        "METER_READING_CONTRADICTS_LATER"
    );
}

#[test]
fn estimates_go_by_the_order_of_the_rules() {
    let by = |estimation: Estimation, mean: Option<&str>| {
        let mut desk = e7();
        desk.run(&rules_with(estimation, mean)).unwrap();
        estimated(&mut desk, "2026-07-31");
        last(&mut desk)
    };
    let order = |order: &[EstimationMethod]| Estimation {
        order: order.to_vec(),
        ..Estimation::default()
    };
    // 55 in 365 days make 0.15 a day, 4.65 in 31 days.
    let recent = by(order(&[EstimationMethod::RecentPeriods]), None);
    assert_eq!(recent.index, index("309"));
    assert_eq!(recent.estimate.unwrap().per_day, Some(quantity("0.15")));
    let class = by(order(&[EstimationMethod::ClassMean]), Some("0.5"));
    assert_eq!(class.index, index("320"));
    // A way that has nothing to go by is passed over.
    let both = [EstimationMethod::ClassMean, EstimationMethod::LastYear];
    assert_eq!(by(order(&both), None).index, index("318"));
}

#[test]
fn without_anything_to_go_by_nothing_is_estimated() {
    let mut desk = water();
    desk.on("2026-02-01");
    assert_eq!(
        desk.refused(&estimate(ReadState::Estimated)),
        "METER_NOTHING_TO_ESTIMATE_FROM"
    );
    desk.run(&rules_with(Estimation::default(), Some("0.5")))
        .unwrap();
    estimated(&mut desk, "2026-02-01");
    assert_eq!(last(&mut desk).index, index("115"));
}

#[test]
fn a_gap_before_a_reading_is_closed_on_a_line() {
    let mut desk = e7();
    read(&mut desk, "2026-08-31", "326");
    let mut gap = estimate(ReadState::Estimated);
    gap.read_at = Some(at("2026-07-31 09:00"));
    desk.run(&gap).unwrap();
    // 21 in 62 days: 10.5 in 31, cut to 10.
    assert_eq!(
        history(&mut desk)[3..],
        rows(&[("315", "10", "65"), ("326", "11", "76")])
    );
}

#[test]
fn the_multiplier_divides_before_whole_units_are_taken() {
    let mut spec = device("H1", "100");
    spec.multiplier = "30".parse().unwrap();
    spec.max_per_hour = None;
    let mut desk = installed(Commodity::Electricity, spec, "2026-01-01");
    read(&mut desk, "2026-02-01", "131");
    estimated(&mut desk, "2026-03-01");
    // 930 in 31 days are 30 a day, 840 in 28 days, 28 units.
    assert_eq!(history(&mut desk)[1..], rows(&[("159", "840", "1770")]));
}

#[test]
fn v21_the_third_estimate_in_a_row_asks_for_a_visit_and_there_is_no_fourth() {
    let mut desk = e7();
    assert!(estimated(&mut desk, "2026-07-31").findings.is_empty());
    assert!(estimated(&mut desk, "2026-08-31").findings.is_empty());
    let third = estimated(&mut desk, "2026-09-30");
    assert_eq!(third.status, ReadingStatus::Accepted);
    assert_eq!(rules_of(&third), [(Rule::V21, Severity::Visit)]);
    assert_eq!(third.findings[0].inputs["in_a_row"], "3");
    desk.on("2026-10-31");
    assert_eq!(
        desk.refused(&estimate(ReadState::Estimated)),
        "METER_ESTIMATED_TOO_LONG"
    );
    read(&mut desk, "2026-10-31", "333");
    assert!(estimated(&mut desk, "2026-11-30").findings.is_empty());
}

#[test]
fn v21_more_than_six_months_ask_for_a_visit_too() {
    for (day, found) in [("2026-12-30", false), ("2026-12-31", true)] {
        let mut desk = e7();
        let judged = estimated(&mut desk, day);
        assert_eq!(!judged.findings.is_empty(), found, "{day}");
        if found {
            desk.on("2027-01-31");
            assert_eq!(
                desk.refused(&estimate(ReadState::Estimated)),
                "METER_ESTIMATED_TOO_LONG"
            );
        }
    }
}

#[test]
fn only_staff_estimate_and_only_with_a_state_that_takes_no_index() {
    let mut desk = e7();
    desk.on("2026-07-31");
    assert_eq!(
        desk.refused(&estimate(ReadState::Normal)),
        "METER_STATE_TAKES_AN_INDEX"
    );
    let mut ahead = estimate(ReadState::Estimated);
    ahead.read_at = Some(at("2026-07-31 09:06"));
    assert_eq!(desk.refused(&ahead), "METER_READING_IN_FUTURE");
    ahead.read_at = Some(at("2026-06-30 09:00"));
    assert_eq!(desk.refused(&ahead), "METER_READING_AT_THAT_TIME");
    desk.actor = chaobiao_decision::Actor::Customer("C1".to_owned());
    assert_eq!(
        desk.refused(&estimate(ReadState::Estimated)),
        "METER_CHANNEL_NOT_ALLOWED"
    );
}

fn corrected(desk: &mut Desk, id: &ReadingId, to: &str) -> Result<(), String> {
    let request = RequestCorrection {
        meter_no: meter_no(),
        reading_id: id.clone(),
        index: index(to),
        reason: "看错一位".to_owned(),
    };
    let asked = desk
        .by("chen")
        .run(&request)
        .map_err(|refused| refused.code)?;
    let approve = ApproveCorrection {
        meter_no: meter_no(),
        correction_id: asked.outcome.correction_id,
    };
    desk.by("wang").run(&approve).unwrap();
    Ok(())
}

#[test]
fn a_correction_makes_estimates_anew_that_it_shows_to_be_wrong() {
    let mut desk = e7();
    let june = last(&mut desk).reading_id;
    estimated(&mut desk, "2026-07-31");
    // Not far enough to touch the estimate: usage moves, the total stays.
    corrected(&mut desk, &june, "310").unwrap();
    assert_eq!(
        history(&mut desk)[2..],
        rows(&[("310", "39", "60"), ("318", "8", "68")])
    );
    // Beyond it: 0.42 a day from there.
    corrected(&mut desk, &june, "320").unwrap();
    assert_eq!(
        history(&mut desk)[2..],
        rows(&[("320", "49", "70"), ("333", "13", "83")])
    );
}

#[test]
fn a_correction_keeps_estimates_between_two_readings_between_them() {
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    let august = read(&mut desk, "2026-08-31", "326").outcome.reading_id;
    read(&mut desk, "2026-09-30", "330");
    corrected(&mut desk, &august, "316").unwrap();
    // 11 in 62 days: 5.5 in 31, cut to 5.
    assert_eq!(
        history(&mut desk)[3..],
        rows(&[("310", "5", "60"), ("316", "6", "66"), ("330", "14", "80")])
    );
    assert_eq!(
        corrected(&mut desk, &august, "331"),
        Err("METER_CORRECTION_INCONSISTENT".to_owned())
    );
}

#[test]
fn an_estimate_itself_is_corrected_as_any_reading() {
    let mut desk = e7();
    let july = estimated(&mut desk, "2026-07-31").reading_id;
    corrected(&mut desk, &july, "314").unwrap();
    let reading = last(&mut desk);
    assert_eq!((reading.quality, reading.estimate), (Quality::Edited, None));
    assert_eq!(reading.usage, quantity("9"));
}

#[test]
fn an_estimate_goes_over_the_end_of_the_register_and_is_trued_up_there() {
    let mut spec = device("H1", "99900");
    spec.decimals = 0;
    let mut desk = installed(Commodity::Water, spec, "2026-01-01");
    read(&mut desk, "2026-01-31", "99990");
    estimated(&mut desk, "2026-02-10"); // 3 a day
    assert_eq!(last(&mut desk).index, index("20"));
    let actual = read(&mut desk, "2026-02-20", "99998").outcome;
    assert_eq!(actual.status, ReadingStatus::Accepted);
    assert_eq!(
        history(&mut desk)[1..],
        rows(&[("99994", "4", "94"), ("99998", "4", "98")])
    );
}

#[test]
fn a_replacement_trues_the_estimate_before_it_up() {
    let mut desk = e7();
    estimated(&mut desk, "2026-07-31");
    let replace = |closing: &str| ReplaceDevice {
        meter_no: meter_no(),
        closing_index: index(closing),
        closing_photo: None,
        reason: RemovalReason::Rotation,
        device: device("H2", "0"),
        replaced_at: None,
    };
    desk.on("2026-08-31");
    assert_eq!(
        desk.refused(&replace("304")),
        "METER_CLOSING_INDEX_WENT_BACKWARDS"
    );
    let replaced = desk.run(&replace("315")).unwrap();
    assert_eq!(
        replaced.event_types(),
        [
            "meter.reading_reestimated",
            "meter.device_removed",
            "meter.device_installed"
        ]
    );
    read(&mut desk, "2026-09-30", "4");
    assert_eq!(
        history(&mut desk)[3..],
        rows(&[("310", "5", "60"), ("4", "9", "69")])
    );
}
