use chrono::NaiveDate;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::RegisterMeter;
use crate::units::Commodity;

fn desk() -> Desk {
    let mut desk = Desk::new("2026-06-01");
    for number in ["M1", "M2"] {
        let register = RegisterMeter {
            meter_no: number.parse().unwrap(),
            commodity: Commodity::Water,
            campus: "N".parse().unwrap(),
            building: "紫荆 3 号楼".to_owned(),
            room: "305".to_owned(),
            book: "B12".parse().unwrap(),
            walk_order: 7,
            self_read: true,
        };
        desk.run(&register).unwrap();
    }
    desk
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn link(meter_no: &str, number: &str, from: Option<&str>) -> LinkMeterNumber {
    LinkMeterNumber {
        meter_no: meter_no.parse().unwrap(),
        kind: NumberKind::Handheld,
        number: number.parse().unwrap(),
        from: from.map(day),
    }
}

fn unlink(meter_no: &str, number: &str, to: Option<&str>) -> UnlinkMeterNumber {
    UnlinkMeterNumber {
        meter_no: meter_no.parse().unwrap(),
        kind: NumberKind::Handheld,
        number: number.parse().unwrap(),
        to: to.map(day),
        reason: "掌机重新建档".to_owned(),
    }
}

#[test]
fn r81_what_a_files_number_means_depends_on_the_day() {
    let mut desk = desk();
    desk.run(&link("M1", "7001", Some("2026-04-01"))).unwrap();
    desk.run(&unlink("M1", "7001", Some("2026-05-01"))).unwrap();
    desk.run(&link("M2", "7001", Some("2026-05-10"))).unwrap();
    desk.run(&link("M1", "M2", Some("2026-05-01"))).unwrap();
    let asked = [
        ("7001", "2026-04-30"),
        ("7001", "2026-05-05"),
        ("7001", "2026-05-10"),
        ("M2", "2026-04-30"),
        ("M2", "2026-05-01"),
        ("M1", "2026-05-01"),
        ("0000", "2026-05-01"),
    ];
    let resolve = ResolveNumbers {
        kind: NumberKind::Handheld,
        numbers: asked
            .map(|(number, on)| (number.parse().unwrap(), day(on)))
            .to_vec(),
    };
    let linked = |meter_no: &str| NumberMeaning::Linked {
        meter_no: meter_no.parse().unwrap(),
    };
    let resolved = desk.run(&resolve).unwrap();
    assert!(resolved.events.is_empty());
    assert_eq!(
        resolved.outcome,
        [
            linked("M1"),
            NumberMeaning::NotThen,
            linked("M2"),
            NumberMeaning::Own,
            NumberMeaning::Doubled {
                meter_no: "M1".parse().unwrap()
            },
            NumberMeaning::Own,
            NumberMeaning::Own,
        ]
    );
    let platform = ResolveNumbers {
        kind: NumberKind::Platform,
        ..resolve
    };
    let resolved = desk.run(&platform).unwrap().outcome;
    assert!(
        resolved
            .iter()
            .all(|meaning| *meaning == NumberMeaning::Own)
    );
}

#[test]
fn r81_a_number_means_one_meter_at_a_time_and_a_meter_has_one_of_a_kind() {
    let mut desk = desk();
    desk.run(&link("M1", "7001", Some("2026-05-01"))).unwrap();
    let rejection = desk.run(&link("M2", "7001", None)).unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        (
            "METER_MAPPING_NUMBER_TAKEN",
            "该号码已对应表号 M1，请先解除"
        )
    );
    assert_eq!(
        desk.refused(&link("M1", "7002", None)),
        "METER_MAPPING_METER_HAS_ONE"
    );
    // The same digits may be another system's word for another meter.
    let platform = LinkMeterNumber {
        kind: NumberKind::Platform,
        ..link("M2", "7001", None)
    };
    desk.run(&platform).unwrap();

    desk.run(&unlink("M1", "7001", Some("2026-05-20"))).unwrap();
    desk.run(&link("M1", "7002", None)).unwrap();
    assert_eq!(
        desk.refused(&link("M2", "7001", Some("2026-05-19"))),
        "METER_MAPPING_FROM_BEFORE_LAST"
    );
    desk.run(&link("M2", "7001", Some("2026-05-20"))).unwrap();
    let mapping = desk.state::<MeterMapping>("handheld/7001");
    let means = |text: &str| mapping.meter_on(day(text)).map(ToString::to_string);
    assert_eq!(means("2026-04-30"), None);
    assert_eq!(means("2026-05-19").as_deref(), Some("M1"));
    assert_eq!(means("2026-05-20").as_deref(), Some("M2"));
}

#[test]
fn links_begin_and_end_within_reason() {
    let mut desk = desk();
    assert_eq!(desk.refused(&link("M9", "7001", None)), "METER_NOT_FOUND");
    assert_eq!(
        desk.refused(&link("M1", "7001", Some("2026-06-02"))),
        "METER_MAPPING_IN_FUTURE"
    );
    assert_eq!(
        desk.refused(&unlink("M1", "7001", None)),
        "METER_MAPPING_NOT_LINKED"
    );
    desk.run(&link("M1", "7001", Some("2026-05-01"))).unwrap();
    assert_eq!(
        desk.refused(&unlink("M2", "7001", None)),
        "METER_MAPPING_NOT_LINKED"
    );
    assert_eq!(
        desk.refused(&unlink("M1", "7001", Some("2026-04-30"))),
        "METER_MAPPING_TO_BEFORE_FROM"
    );
    assert_eq!(
        desk.refused(&unlink("M1", "7001", Some("2026-06-02"))),
        "METER_MAPPING_IN_FUTURE"
    );
    let silent = UnlinkMeterNumber {
        reason: " ".to_owned(),
        ..unlink("M1", "7001", None)
    };
    assert_eq!(desk.refused(&silent), "VALUE_EMPTY");
}

#[test]
fn events_keep_their_form() {
    let linked = MeterMappingEvent::Linked(NumberLinked {
        kind: NumberKind::Handheld,
        number: "7001".parse().unwrap(),
        meter_no: "M1".parse().unwrap(),
        from: day("2026-05-01"),
    });
    let unlinked = MeterMappingEvent::Unlinked(NumberUnlinked {
        kind: NumberKind::Platform,
        number: "7001".parse().unwrap(),
        meter_no: "M1".parse().unwrap(),
        to: day("2026-05-20"),
        reason: "平台换号".to_owned(),
    });
    for event in [linked, unlinked] {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        let read: MeterMappingEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, event);
    }
}
