use std::collections::BTreeSet;

use chrono::NaiveDate;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::units::Commodity;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn number(text: &str) -> CertificateNo {
    CertificateNo::try_new(text).unwrap()
}

fn spec(kind: EquipmentKind) -> ModelSpec {
    ModelSpec {
        kind,
        maker: "某仪表厂".to_owned(),
        name: "LXS-20".to_owned(),
        calibre_mm: None,
        certificates: Certificates::default(),
        interfaces: BTreeSet::new(),
        protocols: BTreeSet::new(),
        state_grid_infrared: false,
        data_export: false,
        vendor_sdk: false,
        terminal: None,
        printer: None,
    }
}

fn terminal() -> TerminalSpec {
    TerminalSpec {
        screen_tenths_inch: 55,
        pixels_short_side: 1080,
        pixels_long_side: 2160,
        ram_mb: 4096,
        android_major: 9,
        telecom_4g: true,
        unicom_4g: true,
        rear_camera_megapixels: 13,
        fast_focus: true,
        stabiliser: true,
        time_watermark: true,
        rugged: true,
    }
}

fn water() -> ModelSpec {
    ModelSpec {
        calibre_mm: Some(20),
        certificates: Certificates {
            cpa_no: Some(number("2020F101-31")),
            verification_no: Some(number("检字 2026-0001")),
            ..Certificates::default()
        },
        ..spec(EquipmentKind::WaterMeter)
    }
}

#[test]
fn r39_r43_a_meter_has_cmc_or_both_of_what_took_its_place() {
    for kind in [EquipmentKind::ElectronicMeter, EquipmentKind::WaterMeter] {
        let papers = |certificates: Certificates| {
            shortfalls(&ModelSpec {
                certificates,
                calibre_mm: Some(20),
                ..spec(kind)
            })
        };
        let none = Certificates::default();
        assert_eq!(papers(none.clone()), [Requirement::Certificate]);
        let half = Certificates {
            cpa_no: Some(number("2020F101-31")),
            ..none.clone()
        };
        assert_eq!(papers(half), [Requirement::Certificate]);
        let old = Certificates {
            cmc_no: Some(number("沪制 00000123 号")),
            ..none
        };
        assert_eq!(papers(old), []);
        assert_eq!(papers(water().certificates), []);
    }
    let unsized_ = ModelSpec {
        calibre_mm: None,
        ..water()
    };
    assert_eq!(shortfalls(&unsized_), [Requirement::Calibre]);
}

#[test]
fn r40_a_smart_meter_is_admitted_and_speaks_infrared_or_rs485() {
    let bare = spec(EquipmentKind::SmartMeter);
    assert_eq!(
        shortfalls(&bare),
        [
            Requirement::Certificate,
            Requirement::StateGridAdmission,
            Requirement::InfraredOrRs485
        ]
    );
    for interface in [Interface::Infrared, Interface::Rs485] {
        let good = ModelSpec {
            certificates: Certificates {
                cmc_no: Some(number("沪制 1")),
                state_grid_no: Some(number("SG-2019-77")),
                ..Certificates::default()
            },
            interfaces: [interface].into(),
            ..bare.clone()
        };
        assert_eq!(shortfalls(&good), []);
    }
}

#[test]
fn r41_r42_r44_r46_each_kind_has_its_own_rules() {
    let bare = spec(EquipmentKind::Handheld);
    assert_eq!(
        shortfalls(&bare),
        [
            Requirement::StateGridInfrared,
            Requirement::DataExport,
            Requirement::VendorSdk
        ]
    );
    let handheld = ModelSpec {
        interfaces: [Interface::Infrared].into(),
        state_grid_infrared: true,
        data_export: true,
        vendor_sdk: true,
        ..bare
    };
    assert_eq!(shortfalls(&handheld), []);

    let mut collector = spec(EquipmentKind::Collector);
    collector.protocols = [Protocol::Dlt645V1997, Protocol::Dlt645V2007].into();
    assert_eq!(shortfalls(&collector), [Requirement::CollectorProtocols]);
    collector.protocols.insert(Protocol::Cjt188);
    assert_eq!(shortfalls(&collector), []);

    for cellular in [Interface::Cellular, Interface::NbIot] {
        let remote = ModelSpec {
            kind: EquipmentKind::RemoteWaterMeter,
            interfaces: [Interface::LoRa, cellular].into(),
            ..water()
        };
        assert_eq!(shortfalls(&remote), [Requirement::NoCellular]);
    }
    let mut remote = ModelSpec {
        kind: EquipmentKind::RemoteWaterMeter,
        ..water()
    };
    assert_eq!(shortfalls(&remote), [Requirement::RemoteInterface]);
    remote.interfaces.insert(Interface::MBus);
    assert_eq!(shortfalls(&remote), []);

    let mut printer = spec(EquipmentKind::BarcodePrinter);
    assert_eq!(shortfalls(&printer), [Requirement::PetWithResinRibbon]);
    printer.printer = Some(PrinterSpec {
        prints_pet: true,
        resin_ribbon: true,
        dots_per_mm: 12,
        label_width_mm_max: 104,
    });
    assert_eq!(shortfalls(&printer), []);
}

#[test]
fn r45_a_terminal_that_falls_short_is_entered_with_what_it_lacks() {
    let mut desk = Desk::new("2026-06-01");
    let register = |model_id: &str, terminal: Option<TerminalSpec>| RegisterModel {
        model_id: model_id.parse().unwrap(),
        spec: ModelSpec {
            terminal,
            ..spec(EquipmentKind::MobileTerminal)
        },
    };
    let good = desk.run(&register("T1", Some(terminal()))).unwrap();
    assert_eq!(good.outcome.shortfalls, []);
    let poor = TerminalSpec {
        screen_tenths_inch: 49,
        ram_mb: 2048,
        android_major: 6,
        telecom_4g: false,
        unicom_4g: false,
        rear_camera_megapixels: 8,
        ..terminal()
    };
    let poor = desk.run(&register("T2", Some(poor))).unwrap();
    assert_eq!(
        poor.outcome.shortfalls,
        [
            Requirement::Screen,
            Requirement::Ram,
            Requirement::Android,
            Requirement::Network4g,
            Requirement::Camera
        ]
    );
    assert_eq!(poor.events[0].payload["shortfalls"][0], "screen");
    let blank = desk.run(&register("T3", None)).unwrap();
    assert_eq!(blank.outcome.shortfalls, [Requirement::TerminalData]);
}

#[test]
fn models_are_entered_once_and_refused_with_what_they_lack() {
    let mut desk = Desk::new("2026-06-01");
    let mut register = RegisterModel {
        model_id: "LXS-20".parse().unwrap(),
        spec: ModelSpec {
            certificates: Certificates::default(),
            ..water()
        },
    };
    let rejection = desk.run(&register).unwrap_err();
    assert_eq!(
        (rejection.code.as_str(), rejection.message.as_str()),
        (
            "EQUIPMENT_REQUIREMENT_UNMET",
            "不符合要求：须有 CMC 证书，或型式批准（CPA）和检定证书"
        )
    );
    assert_eq!(rejection.field, Some(vec!["cmcNo".to_owned()]));
    register.spec = water();
    desk.run(&register).unwrap();
    assert_eq!(desk.refused(&register), "EQUIPMENT_MODEL_EXISTS");
    let withdraw = WithdrawModel {
        model_id: register.model_id.clone(),
        reason: "停产".to_owned(),
    };
    desk.run(&withdraw).unwrap();
    assert_eq!(desk.refused(&withdraw), "EQUIPMENT_MODEL_WITHDRAWN");
    let item = RegisterEquipment {
        equipment_no: "H1".parse().unwrap(),
        model_id: register.model_id,
        campus: "N".parse().unwrap(),
        keeper: None,
        acquired_on: None,
    };
    assert_eq!(desk.refused(&item), "EQUIPMENT_MODEL_WITHDRAWN");
}

#[test]
fn pieces_are_verified_in_order_and_retired() {
    let mut desk = Desk::new("2026-06-01");
    let model = RegisterModel {
        model_id: "LXS-20".parse().unwrap(),
        spec: water(),
    };
    desk.run(&model).unwrap();
    let item = RegisterEquipment {
        equipment_no: "H1".parse().unwrap(),
        model_id: model.model_id,
        campus: "N".parse().unwrap(),
        keeper: None,
        acquired_on: Some(day("2026-06-02")),
    };
    assert_eq!(desk.refused(&item), "EQUIPMENT_IN_FUTURE");
    let item = RegisterEquipment {
        acquired_on: None,
        ..item
    };
    desk.run(&item).unwrap();
    assert_eq!(desk.refused(&item), "EQUIPMENT_EXISTS");
    let verify = |on: &str| RecordVerification {
        equipment_no: "H1".parse().unwrap(),
        on: day(on),
        certificate_no: CertificateNo::try_new("检字 2026-0002").unwrap(),
        passed: true,
    };
    assert_eq!(desk.refused(&verify("2026-06-02")), "EQUIPMENT_IN_FUTURE");
    desk.run(&verify("2026-05-20")).unwrap();
    assert_eq!(
        desk.refused(&verify("2026-05-20")),
        "EQUIPMENT_VERIFIED_BEFORE"
    );
    let retire = RetireEquipment {
        equipment_no: "H1".parse().unwrap(),
        reason: "破损".to_owned(),
    };
    desk.run(&retire).unwrap();
    assert_eq!(desk.refused(&verify("2026-06-01")), "EQUIPMENT_RETIRED");
}

fn class(calibre: Option<u16>, verify: Option<u16>, rotate: Option<u16>) -> CycleClass {
    CycleClass {
        calibre_mm_max: calibre,
        verify_months: verify,
        rotate_months: rotate,
    }
}

#[test]
fn r43_cycles_go_by_calibre_and_from_a_day_on() {
    let mut desk = Desk::new("2026-06-01");
    let set = |from: &str, classes: Vec<CycleClass>| SetVerificationCycle {
        commodity: Commodity::Water,
        from: day(from),
        classes,
        reason: "JJG 162".to_owned(),
    };
    for unsound in [
        vec![],
        vec![class(Some(25), None, None)],
        vec![class(Some(25), Some(0), None)],
        vec![class(None, Some(24), None), class(Some(25), Some(24), None)],
        vec![
            class(Some(25), Some(24), None),
            class(Some(25), Some(24), None),
        ],
    ] {
        assert_eq!(
            desk.refused(&set("2026-01-01", unsound)),
            "EQUIPMENT_CYCLE_INVALID"
        );
    }
    let good = vec![class(Some(25), None, Some(72)), class(None, Some(24), None)];
    desk.run(&set("2026-01-01", good.clone())).unwrap();
    assert_eq!(
        desk.refused(&set("2026-01-01", good)),
        "EQUIPMENT_CYCLE_NOT_LATER"
    );
}

fn check<E: DomainEvent>(name: &str, event: &E) {
    insta::assert_json_snapshot!(name, event);
    let json = serde_json::to_string(event).unwrap();
    assert_eq!(serde_json::from_str::<E>(&json).unwrap(), *event);
}

#[test]
fn events_keep_their_form() {
    let full = ModelSpec {
        certificates: Certificates {
            cmc_no: Some(number("沪制 1")),
            state_grid_no: Some(number("SG-2019-77")),
            ..water().certificates
        },
        interfaces: [Interface::LoRa, Interface::Rs485].into(),
        protocols: [Protocol::Cjt188].into(),
        terminal: Some(terminal()),
        printer: Some(PrinterSpec {
            prints_pet: true,
            resin_ribbon: true,
            dots_per_mm: 12,
            label_width_mm_max: 104,
        }),
        ..water()
    };
    let registered = |spec, shortfalls| {
        EquipmentModelEvent::Registered(Box::new(ModelRegistered {
            model_id: "LXS-20".parse().unwrap(),
            spec,
            shortfalls,
        }))
    };
    let model = registered(full, vec![Requirement::Screen]);
    check(&model.event_type(), &model);
    let bare = registered(spec(EquipmentKind::MobileTerminal), Vec::new());
    check(&format!("{}.required", bare.event_type()), &bare);
    let withdrawn = EquipmentModelEvent::Withdrawn(ModelWithdrawn {
        reason: "停产".to_owned(),
    });
    check(&withdrawn.event_type(), &withdrawn);

    let item = |keeper: Option<&str>| {
        EquipmentItemEvent::Registered(ItemRegistered {
            equipment_no: "H1".parse().unwrap(),
            model_id: "LXS-20".parse().unwrap(),
            kind: EquipmentKind::WaterMeter,
            campus: "N".parse().unwrap(),
            keeper: keeper.map(|login| login.parse().unwrap()),
            acquired_on: day("2026-05-01"),
        })
    };
    let kept = item(Some("li"));
    check(&kept.event_type(), &kept);
    let free = item(None);
    check(&format!("{}.required", free.event_type()), &free);
    let verified = EquipmentItemEvent::Verified(ItemVerified {
        on: day("2026-05-20"),
        certificate_no: CertificateNo::try_new("检字 2026-0002").unwrap(),
        passed: true,
    });
    check(&verified.event_type(), &verified);
    let retired = EquipmentItemEvent::Retired(ItemRetired {
        reason: "破损".to_owned(),
    });
    check(&retired.event_type(), &retired);

    let set = |classes| {
        VerificationCycleEvent::Set(CycleSet {
            commodity: Commodity::Water,
            from: day("2026-01-01"),
            classes,
            reason: "JJG 162".to_owned(),
        })
    };
    let full = set(vec![class(Some(25), Some(24), Some(72))]);
    check(&full.event_type(), &full);
    let bare = set(vec![class(None, None, None)]);
    check(&format!("{}.required", bare.event_type()), &bare);
}
