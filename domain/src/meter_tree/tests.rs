use chrono::NaiveDate;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::RegisterMeter;
use crate::units::{Commodity, Quantity};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Water meters A to D, and E for electricity.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-06-01");
    for number in ["A", "B", "C", "D", "E"] {
        let commodity = match number {
            "E" => Commodity::Electricity,
            _ => Commodity::Water,
        };
        let register = RegisterMeter {
            meter_no: number.parse().unwrap(),
            commodity,
            campus: "N".parse().unwrap(),
            building: "紫荆 3 号楼".to_owned(),
            room: "总表间".to_owned(),
            book: "B12".parse().unwrap(),
            walk_order: 7,
            self_read: false,
        };
        desk.run(&register).unwrap();
    }
    desk
}

fn link(meter_no: &str, parent_no: &str, from: Option<&str>) -> LinkSubMeter {
    LinkSubMeter {
        meter_no: meter_no.parse().unwrap(),
        parent_no: parent_no.parse().unwrap(),
        role: SubMeterRole::Sub,
        from: from.map(day),
    }
}

fn unlink(meter_no: &str, to: Option<&str>) -> UnlinkSubMeter {
    UnlinkSubMeter {
        meter_no: meter_no.parse().unwrap(),
        to: to.map(day),
        reason: Some("管网改造".to_owned()),
    }
}

#[test]
fn a_tree_has_no_circle_on_any_day() {
    let mut desk = desk();
    desk.run(&link("B", "A", Some("2026-01-01"))).unwrap();
    desk.run(&link("C", "B", Some("2026-01-01"))).unwrap();
    let rejection = desk.run(&link("A", "C", None)).unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        ("METER_TREE_CYCLE", "C 已在这块表的下级，不能再作其总表")
    );
    // B left A on 1 March: before that day A behind C would still be a circle.
    desk.run(&unlink("B", Some("2026-03-01"))).unwrap();
    assert_eq!(
        desk.refused(&link("A", "C", Some("2026-02-28"))),
        "METER_TREE_CYCLE"
    );
    desk.run(&link("A", "C", Some("2026-03-01"))).unwrap();
    assert_eq!(desk.refused(&link("B", "A", None)), "METER_TREE_CYCLE");
}

#[test]
fn links_join_like_with_like_one_at_a_time() {
    let mut desk = desk();
    let refusals = [
        (link("Z", "A", None), "METER_NOT_FOUND"),
        (link("A", "Z", None), "METER_TREE_PARENT_NOT_FOUND"),
        (link("A", "A", None), "METER_TREE_OWN_PARENT"),
        (link("E", "A", None), "METER_TREE_OTHER_COMMODITY"),
        (link("B", "A", Some("2026-06-02")), "METER_TREE_IN_FUTURE"),
    ];
    for (link, code) in refusals {
        assert_eq!(desk.refused(&link), code);
    }
    assert_eq!(desk.refused(&unlink("B", None)), "METER_TREE_NOT_LINKED");
    desk.run(&link("B", "A", Some("2026-05-01"))).unwrap();
    assert_eq!(
        desk.refused(&link("B", "D", None)),
        "METER_TREE_ALREADY_LINKED"
    );
    assert_eq!(
        desk.refused(&unlink("B", Some("2026-04-30"))),
        "METER_TREE_TO_BEFORE_FROM"
    );
    assert_eq!(
        desk.refused(&unlink("B", Some("2026-06-02"))),
        "METER_TREE_IN_FUTURE"
    );
    desk.run(&unlink("B", Some("2026-05-20"))).unwrap();
    assert_eq!(
        desk.refused(&link("B", "D", Some("2026-05-19"))),
        "METER_TREE_FROM_BEFORE_LAST"
    );
    desk.run(&link("B", "D", Some("2026-05-20"))).unwrap();
}

fn figures(master: &str, subs: &str, deducted: &str, common: &str) -> LossFigures {
    let [master, subs, deducted, common] =
        [master, subs, deducted, common].map(|text| text.parse::<Quantity>().unwrap());
    LossFigures {
        master,
        subs,
        deducted,
        common,
    }
}

#[test]
fn v20_loss_is_judged_against_the_master() {
    let cases = [
        // E6
        (
            "3980",
            "3812.40",
            "0",
            "96",
            "71.60",
            Some("1.80"),
            LossVerdict::Within,
        ),
        (
            "1000",
            "1010",
            "0",
            "0",
            "-10",
            Some("-1.00"),
            LossVerdict::Within,
        ),
        (
            "1000",
            "1010.1",
            "0",
            "0",
            "-10.1",
            Some("-1.01"),
            LossVerdict::OutOfBounds,
        ),
        (
            "1000",
            "950",
            "0",
            "0",
            "50",
            Some("5.00"),
            LossVerdict::Within,
        ),
        // Rounds to 5.00, and is more.
        (
            "1000",
            "949.96",
            "0",
            "0",
            "50.04",
            Some("5.00"),
            LossVerdict::OutOfBounds,
        ),
        (
            "1000",
            "1000.01",
            "1000.01",
            "0",
            "-0.01",
            Some("0.00"),
            LossVerdict::Impossible,
        ),
        ("0", "0", "0", "0", "0", None, LossVerdict::Within),
        ("0", "3", "0", "0", "-3", None, LossVerdict::OutOfBounds),
    ];
    for (master, subs, deducted, common, quantity, percent, verdict) in cases {
        let loss = figures(master, subs, deducted, common)
            .assess(LossBounds::initial())
            .unwrap();
        assert_eq!(loss.quantity, quantity.parse().unwrap(), "{master} {subs}");
        let wanted = percent.map(|percent| percent.parse().unwrap());
        assert_eq!(loss.percent, wanted, "{master} {subs}");
        assert_eq!(loss.verdict, verdict, "{master} {subs}");
    }
}

fn limits(from: &str, low: &str, high: &str) -> SetLossLimits {
    SetLossLimits {
        commodity: Commodity::Water,
        from: day(from),
        bounds: LossBounds {
            low: low.parse().unwrap(),
            high: high.parse().unwrap(),
        },
        reason: "老旧管网".to_owned(),
    }
}

#[test]
fn limits_hold_from_their_day_on() {
    let mut desk = desk();
    for (low, high) in [("5", "5"), ("-101", "5"), ("0", "100.5")] {
        let code = desk.refused(&limits("2026-07-01", low, high));
        assert_eq!(code, "METER_TREE_BOUNDS_INVALID");
    }
    desk.run(&limits("2026-07-01", "-2", "12")).unwrap();
    assert_eq!(
        desk.refused(&limits("2026-07-01", "-2", "10")),
        "METER_TREE_LIMITS_NOT_LATER"
    );
    let set = desk.state::<LossLimits>("water");
    assert_eq!(set.in_force(day("2026-06-30")), LossBounds::initial());
    assert_eq!(set.in_force(day("2026-07-01")).high, "12".parse().unwrap());
}

#[test]
fn events_keep_their_form() {
    let linked = SubMeterLinked {
        meter_no: "B".parse().unwrap(),
        parent_no: "A".parse().unwrap(),
        role: SubMeterRole::Common,
        from: day("2026-05-01"),
    };
    let unlinked = |reason: Option<&str>| {
        SubMeterEvent::Unlinked(SubMeterUnlinked {
            meter_no: "B".parse().unwrap(),
            parent_no: "A".parse().unwrap(),
            to: day("2026-05-20"),
            reason: reason.map(str::to_owned),
        })
    };
    let check = |name: String, event: &SubMeterEvent| {
        insta::assert_json_snapshot!(name, event);
        let json = serde_json::to_string(event).unwrap();
        let read: SubMeterEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, *event);
    };
    for event in [SubMeterEvent::Linked(linked), unlinked(Some("管网改造"))] {
        check(event.event_type(), &event);
    }
    let bare = unlinked(None);
    check(format!("{}.required", bare.event_type()), &bare);

    let set = LossLimitsEvent::BoundsSet(LossLimitsSet {
        commodity: Commodity::Water,
        from: day("2026-07-01"),
        bounds: LossBounds::initial(),
        reason: "老旧管网".to_owned(),
    });
    insta::assert_json_snapshot!(set.event_type(), set);
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<LossLimitsEvent>(&json).unwrap(), set);
}
