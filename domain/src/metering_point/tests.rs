use chrono::NaiveDate;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::AccountClass;
use crate::desk::Desk;
use crate::meter::{DeviceSpec, InstallDevice, ReadingPhoto, RegisterMeter, StoredPhoto};
use crate::units::{Commodity, GeoPoint, MeterNo, PhotoHash};

fn no() -> MeterNo {
    "M1".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn photo() -> ReadingPhoto {
    let stored = StoredPhoto {
        bytes: 81_920,
        media_type: "image/jpeg".to_owned(),
    };
    ReadingPhoto::new(PhotoHash::try_new("a".repeat(64)).unwrap(), Some(stored))
}

fn position(latitude: &str, longitude: &str) -> Position {
    let degrees = |text: &str| text.parse().unwrap();
    Position {
        point: GeoPoint::try_new(degrees(latitude), degrees(longitude)).unwrap(),
        accuracy_m: Some(8),
    }
}

fn desk() -> Desk {
    let mut desk = Desk::new("2026-06-01");
    let register = RegisterMeter {
        meter_no: no(),
        commodity: Commodity::Electricity,
        campus: "N".parse().unwrap(),
        building: "紫荆 3 号楼".to_owned(),
        room: "305".to_owned(),
        book: "B12".parse().unwrap(),
        walk_order: 7,
        self_read: true,
    };
    desk.run(&register).unwrap();
    let install = InstallDevice {
        meter_no: no(),
        device: DeviceSpec {
            hardware_no: "HW-1".parse().unwrap(),
            digits: Some(5),
            decimals: 2,
            multiplier: "30.00".parse().unwrap(),
            max_per_hour: None,
            opening_index: "0".parse().unwrap(),
            photo: None,
        },
        installed_at: None,
    };
    desk.run(&install).unwrap();
    desk
}

fn verify(findings: &[(CheckedFact, &str)]) -> VerifyPoint {
    let finding = |(fact, found): &(CheckedFact, &str)| Finding {
        fact: *fact,
        found: (*found).to_owned(),
    };
    VerifyPoint {
        meter_no: no(),
        findings: findings.iter().map(finding).collect(),
        note: None,
        photo: None,
    }
}

#[test]
fn r73_what_is_found_is_compared_with_what_is_kept() {
    let mut desk = desk();
    let right = verify(&[
        (CheckedFact::HardwareNo, " ｈｗ-1 "),
        (CheckedFact::Multiplier, "30"),
        (CheckedFact::Building, "紫荆3号楼"),
    ]);
    let verified = desk.run(&right).unwrap();
    assert_eq!(verified.event_types(), ["metering_point.verified"]);
    assert_eq!(verified.outcome.mismatches, []);

    let mut wrong = verify(&[
        (CheckedFact::Multiplier, "40"),
        (CheckedFact::Digits, "5"),
        (CheckedFact::Condition, "铅封缺失"),
    ]);
    assert_eq!(desk.refused(&wrong), "METERING_POINT_PHOTO_REQUIRED");
    wrong.photo = Some(photo());
    let reported = desk.run(&wrong).unwrap();
    assert_eq!(
        reported.event_types(),
        ["meter.photo_submitted", "metering_point.mismatch_reported"]
    );
    let amiss = |fact, expected: Option<&str>, found: &str| Mismatch {
        fact,
        expected: expected.map(str::to_owned),
        found: found.to_owned(),
    };
    assert_eq!(
        reported.outcome.mismatches,
        [
            amiss(CheckedFact::Multiplier, Some("30"), "40"),
            amiss(CheckedFact::Condition, None, "铅封缺失"),
        ]
    );
    let mut resolve = ResolveMismatch {
        meter_no: no(),
        verification_id: reported.outcome.verification_id,
        resolution: " ".to_owned(),
    };
    assert_eq!(desk.refused(&resolve), "VALUE_EMPTY");
    resolve.resolution = "已换互感器，倍率改为 40".to_owned();
    desk.run(&resolve).unwrap();
    assert_eq!(desk.refused(&resolve), "METERING_POINT_ALREADY_RESOLVED");
    resolve.verification_id = "other".parse().unwrap();
    assert_eq!(desk.refused(&resolve), "METERING_POINT_MISMATCH_NOT_FOUND");
}

#[test]
fn a_check_says_something_once() {
    let mut desk = desk();
    assert_eq!(desk.refused(&verify(&[])), "METERING_POINT_NOTHING_CHECKED");
    let twice = [(CheckedFact::Room, "305"), (CheckedFact::Room, "306")];
    assert_eq!(
        desk.refused(&verify(&twice)),
        "METERING_POINT_CHECKED_TWICE"
    );
    assert_eq!(
        desk.refused(&verify(&[(CheckedFact::Room, " ")])),
        "VALUE_EMPTY"
    );
    let unknown = VerifyPoint {
        photo: Some(ReadingPhoto {
            stored: None,
            ..photo()
        }),
        ..verify(&[(CheckedFact::Room, "305")])
    };
    assert_eq!(desk.refused(&unknown), "METER_PHOTO_UNKNOWN");
}

#[test]
fn r74_a_place_is_marked_by_satellite_or_in_words() {
    let mut desk = desk();
    let mut mark = MarkLocation {
        meter_no: no(),
        position: None,
        place: " ".to_owned(),
        photo: None,
        marked_at: None,
    };
    assert_eq!(desk.refused(&mark), "METERING_POINT_PLACE_MISSING");
    mark.position = Some(position("31.230391234", "121.473702"));
    mark.place = " 一层楼梯下，表箱左三 ".to_owned();
    mark.photo = Some(photo());
    let marked = desk.run(&mark).unwrap();
    let payload = &marked.events[1].payload;
    assert_eq!(payload["place"], "一层楼梯下，表箱左三");
    assert_eq!(payload["position"]["latitude"], "31.2303912");
    mark.marked_at = Some(desk.at + chrono::TimeDelta::hours(1));
    assert_eq!(desk.refused(&mark), "METERING_POINT_MARK_IN_FUTURE");
}

#[test]
fn r74_a_mark_made_offline_before_a_newer_one_is_history_only() {
    let mut desk = desk();
    let mark = |latitude: &str, marked_at| MarkLocation {
        meter_no: no(),
        position: Some(position(latitude, "121.5")),
        place: String::new(),
        photo: None,
        marked_at,
    };
    desk.run(&mark("31.2", None)).unwrap();
    let earlier = desk.at - chrono::TimeDelta::hours(3);
    desk.run(&mark("31.9", Some(earlier))).unwrap();
    let point: MeteringPoint = desk.state(no().as_str());
    assert_eq!(point.marked(), Some(position("31.2", "121.5")));
}

#[test]
fn r14_methods_hold_from_their_day_on() {
    let mut desk = desk();
    let set = |method, from: &str| SetReadingMethod {
        meter_no: no(),
        method,
        from: Some(day(from)),
    };
    desk.run(&set(ReadingMethod::Field, "2026-06-01")).unwrap();
    assert_eq!(
        desk.refused(&set(ReadingMethod::Field, "2026-07-01")),
        "METERING_POINT_SAME_METHOD"
    );
    assert_eq!(
        desk.refused(&set(ReadingMethod::Remote, "2026-06-01")),
        "METERING_POINT_METHOD_NOT_LATER"
    );
    desk.run(&set(ReadingMethod::Remote, "2026-07-01")).unwrap();
    let point = desk.state::<MeteringPoint>("M1");
    assert_eq!(point.method_on(day("2026-05-31")), None);
    assert_eq!(
        point.method_on(day("2026-06-30")),
        Some(ReadingMethod::Field)
    );
    assert_eq!(
        point.method_on(day("2026-07-01")),
        Some(ReadingMethod::Remote)
    );

    let class = |method, from: &str| SetClassMethod {
        class: AccountClass::StudentDorm,
        commodity: Commodity::Water,
        method,
        from: day(from),
    };
    desk.run(&class(ReadingMethod::SelfRead, "2026-06-01"))
        .unwrap();
    assert_eq!(
        desk.refused(&class(ReadingMethod::SelfRead, "2026-07-01")),
        "METERING_POINT_SAME_METHOD"
    );
    assert_eq!(
        desk.refused(&class(ReadingMethod::Field, "2026-05-01")),
        "METERING_POINT_METHOD_NOT_LATER"
    );
    let methods = desk.state::<ClassMethod>("student_dorm/water");
    assert_eq!(
        methods.method_on(day("2026-06-01")),
        Some(ReadingMethod::SelfRead)
    );
}

fn events() -> Vec<MeteringPointEvent> {
    let (staff, at) = ("staff:li".parse().unwrap(), "2026-06-01T01:00:00Z");
    let at: chrono::DateTime<chrono::Utc> = at.parse().unwrap();
    let mismatch = |expected: Option<&str>| Mismatch {
        fact: CheckedFact::Multiplier,
        expected: expected.map(str::to_owned),
        found: "40".to_owned(),
    };
    let marked = LocationMarked {
        position: Some(position("31.2303912", "121.473702")),
        place: "一层楼梯下".to_owned(),
        photo: Some(photo().photo),
        marked_at: at,
        marked_by: staff,
    };
    let verified = PointVerified {
        verification_id: "V1".parse().unwrap(),
        facts: vec![CheckedFact::HardwareNo, CheckedFact::Room],
        note: Some("表箱已锁".to_owned()),
        photo: Some(photo().photo),
        verified_at: at,
        verified_by: marked.marked_by.clone(),
    };
    let reported = MismatchReported {
        verification_id: "V2".parse().unwrap(),
        mismatches: vec![mismatch(Some("30"))],
        facts: vec![CheckedFact::Room],
        note: Some("互感器已换".to_owned()),
        photo: photo().photo,
        reported_at: at,
        reported_by: marked.marked_by.clone(),
    };
    vec![
        MeteringPointEvent::ReadingMethodSet(ReadingMethodSet {
            method: ReadingMethod::Remote,
            from: day("2026-07-01"),
        }),
        MeteringPointEvent::MismatchResolved(MismatchResolved {
            verification_id: "V2".parse().unwrap(),
            resolution: "倍率改为 40".to_owned(),
            resolved_by: marked.marked_by.clone(),
        }),
        MeteringPointEvent::LocationMarked(marked.clone()),
        MeteringPointEvent::Verified(verified.clone()),
        MeteringPointEvent::MismatchReported(reported.clone()),
        MeteringPointEvent::LocationMarked(LocationMarked {
            position: None,
            photo: None,
            ..marked
        }),
        MeteringPointEvent::Verified(PointVerified {
            note: None,
            photo: None,
            ..verified
        }),
        MeteringPointEvent::MismatchReported(MismatchReported {
            mismatches: vec![mismatch(None)],
            note: None,
            ..reported
        }),
    ]
}

#[test]
fn events_keep_their_form() {
    for (place, event) in events().iter().enumerate() {
        let suffix = if place < 5 { "" } else { ".required" };
        insta::assert_json_snapshot!(format!("{}{suffix}", event.event_type()), event);
        let json = serde_json::to_string(event).unwrap();
        let read: MeteringPointEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, *event);
    }
    let set = ClassMethodEvent::Set(ClassMethodSet {
        class: "student_dorm".to_owned(),
        commodity: Commodity::Water,
        method: ReadingMethod::SelfRead,
        from: day("2026-07-01"),
    });
    insta::assert_json_snapshot!(set.event_type(), set);
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(
        serde_json::from_str::<ClassMethodEvent>(&json).unwrap(),
        set
    );
}
