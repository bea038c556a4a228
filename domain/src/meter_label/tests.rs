use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::RegisterMeter;
use crate::units::Commodity;

fn desk() -> Desk {
    let mut desk = Desk::new("2026-06-01");
    for number in ["100234", "100235"] {
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

fn print(numbers: &[&str]) -> PrintMeterLabels {
    PrintMeterLabels {
        meter_nos: numbers.iter().map(|no| no.parse().unwrap()).collect(),
        template_id: None,
    }
}

fn scan(scanned: Option<&str>, condition: ScanCondition) -> VerifyLabelScan {
    VerifyLabelScan {
        meter_no: "100234".parse().unwrap(),
        scanned: scanned.map(str::to_owned),
        condition,
    }
}

#[test]
fn r83_every_meter_of_a_batch_gets_one_label_and_again_the_same() {
    let mut desk = desk();
    let printed = desk.run(&print(&["100235", "100234", "100235"])).unwrap();
    assert_eq!(printed.outcome.labels, 2);
    assert_eq!(
        printed.event_types(),
        [
            "meter_label.generated",
            "meter_label.printed",
            "meter_label.generated",
            "meter_label.printed"
        ]
    );
    let again = desk.run(&print(&["100234"])).unwrap();
    assert_eq!(again.event_types(), ["meter_label.printed"]);
    assert_eq!(again.events[0].payload["serial"], 1);
    assert_ne!(again.outcome.batch, printed.outcome.batch);

    assert_eq!(desk.refused(&print(&[])), "METER_LABEL_BATCH_SIZE");
    let many: Vec<String> = (0..501).map(|number| format!("M{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(desk.refused(&print(&many)), "METER_LABEL_BATCH_SIZE");
    assert_eq!(desk.refused(&print(&["9"])), "METER_LABEL_NO_SUCH_METER");
}

#[test]
fn r84_a_scan_after_water_oil_or_heat_is_kept_and_another_meters_number_is_none() {
    let mut desk = desk();
    let fresh = scan(Some("100234"), ScanCondition::Fresh);
    assert_eq!(desk.refused(&fresh), "METER_LABEL_NO_LABEL");
    desk.run(&print(&["100234"])).unwrap();
    for condition in [
        ScanCondition::Fresh,
        ScanCondition::AfterWater,
        ScanCondition::AfterOil,
        ScanCondition::AfterHeat,
    ] {
        let verified = desk.run(&scan(Some(" 100234 "), condition)).unwrap();
        assert_eq!(verified.event_types(), ["meter_label.scan_verified"]);
    }
    let rejection = desk
        .run(&scan(Some("100235"), ScanCondition::InService))
        .unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        (
            "METER_LABEL_SCAN_DIFFERS",
            "扫描结果 100235 不是这块表的表号，标签可能贴错"
        )
    );
    let failed = desk.run(&scan(None, ScanCondition::InService)).unwrap();
    assert_eq!(failed.event_types(), ["meter_label.scan_failed"]);
    assert!(!failed.outcome.readable);

    let replace = ReplaceMeterLabel {
        meter_no: "100234".parse().unwrap(),
        reason: LabelReplacement::Unreadable,
        note: Some(" ".to_owned()),
    };
    let replaced = desk.run(&replace).unwrap();
    assert_eq!(replaced.events[0].payload["serial"], 2);
    assert_eq!(desk.refused(&fresh), "METER_LABEL_NOT_PRINTED");
    let printed = desk.run(&print(&["100234"])).unwrap();
    assert_eq!(printed.events[0].payload["serial"], 2);
}

#[test]
fn r46_a_template_is_pet_with_resin_and_of_a_printers_size() {
    let mut desk = desk();
    let usual = DefineLabelTemplate {
        template_id: "large".parse().unwrap(),
        size: LabelSize {
            width_mm: 70,
            height_mm: 40,
            dots_per_mm: 8,
        },
        pet: true,
        resin_ribbon: true,
    };
    let paper = DefineLabelTemplate {
        pet: false,
        ..usual.clone()
    };
    assert_eq!(desk.refused(&paper), "METER_LABEL_MATERIAL_NOT_DURABLE");
    let sized = |width_mm, dots_per_mm| DefineLabelTemplate {
        size: LabelSize {
            width_mm,
            dots_per_mm,
            ..usual.size
        },
        ..usual.clone()
    };
    assert_eq!(
        desk.refused(&sized(105, 8)),
        "METER_LABEL_SIZE_OUT_OF_RANGE"
    );
    assert_eq!(
        desk.refused(&sized(50, 9)),
        "METER_LABEL_RESOLUTION_UNUSUAL"
    );
    let with = PrintMeterLabels {
        template_id: Some("large".parse().unwrap()),
        ..print(&["100234"])
    };
    assert_eq!(desk.refused(&with), "METER_LABEL_TEMPLATE_NOT_FOUND");
    desk.run(&usual).unwrap();
    assert_eq!(desk.run(&usual).unwrap().event_types(), [""; 0]);
    let printed = desk.run(&with).unwrap();
    assert_eq!(printed.events[1].payload["size"]["width_mm"], 70);
}

fn check<E: DomainEvent>(name: &str, event: &E) {
    insta::assert_json_snapshot!(name, event);
    let json = serde_json::to_string(event).unwrap();
    assert_eq!(serde_json::from_str::<E>(&json).unwrap(), *event);
}

#[test]
fn events_keep_their_form() {
    let (serial, condition) = (1, ScanCondition::AfterWater);
    let replaced = |note: Option<&str>| {
        MeterLabelEvent::Replaced(LabelReplaced {
            serial: 2,
            reason: LabelReplacement::Damaged,
            note: note.map(str::to_owned),
        })
    };
    let events = [
        MeterLabelEvent::Generated(LabelGenerated {
            meter_no: "100234".parse().unwrap(),
            serial,
        }),
        MeterLabelEvent::Printed(LabelPrinted {
            serial,
            batch: "LB1".parse().unwrap(),
            size: LabelSize::USUAL,
        }),
        replaced(Some("被刮花")),
        MeterLabelEvent::ScanVerified(LabelScanVerified { serial, condition }),
        MeterLabelEvent::ScanFailed(LabelScanFailed { serial, condition }),
    ];
    for event in &events {
        check(&event.event_type(), event);
    }
    let bare = replaced(None);
    check(&format!("{}.required", bare.event_type()), &bare);
    let defined = LabelTemplateEvent::Defined {
        template_id: "large".parse().unwrap(),
        size: LabelSize::USUAL,
    };
    check(&defined.event_type(), &defined);
}
