use std::collections::BTreeMap;

use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;

use super::*;
use crate::units::{Commodity, GeoPoint, RateRegister, RawFrame};
use crate::validation_rules::EstimationMethod;

fn staff(login: &str) -> Actor {
    Actor::Staff(login.to_owned())
}

fn hash(digit: char) -> PhotoHash {
    photo(digit).photo
}

fn finding() -> Finding {
    Finding {
        rule: Rule::V7,
        version: 1,
        severity: Severity::Hold,
        inputs: BTreeMap::from([("per_day".to_owned(), "4.01".to_owned())]),
        threshold: "4".to_owned(),
        message: "用量异常偏高".to_owned(),
    }
}

fn accepted() -> ReadingAccepted {
    ReadingAccepted {
        reading_id: "R1".parse().unwrap(),
        index: index("131.50"),
        read_at: at("2026-02-01 09:00"),
        read_on: "2026-02-01".parse().unwrap(),
        previous_index: index("100"),
        previous_at: at("2026-01-01 09:00"),
        usage: quantity("31.5"),
        cumulative: quantity("31.5"),
        quality: Quality::Customer,
        findings: Vec::new(),
        review: None,
        reapportioned: None,
        estimate: None,
        reversed: false,
    }
}

fn estimate() -> Estimate {
    Estimate {
        method: EstimationMethod::LastYear,
        days: 31,
        per_day: Some(quantity("0.42")),
        drawn_over: None,
        usage: quantity("13.02"),
    }
}

fn evidence() -> Evidence {
    Evidence {
        rates: [(RateRegister::Peak, index("40"))].into(),
        state: Some(ReadState::FittedBackwards),
        position: Some(
            GeoPoint::try_new("39.9998".parse().unwrap(), "116.3264".parse().unwrap()).unwrap(),
        ),
        device: Some("手机 7".to_owned()),
        watermark_at: Some(at("2026-02-01 08:58")),
        frame: Some(RawFrame::try_new("68 10 44").unwrap()),
        answered_by: Some("78330011223344".to_owned()),
    }
}

fn submitted() -> ReadingSubmitted {
    ReadingSubmitted {
        reading_id: "R1".parse().unwrap(),
        index: index("131.50"),
        read_at: at("2026-02-01 09:00"),
        channel: Channel::SelfRead,
        photo: Some(hash('a')),
        round: Some("B12-202602".parse().unwrap()),
        note: Some("表盘起雾".to_owned()),
        submitted_by: Actor::Customer("C1".to_owned()),
        evidence: evidence(),
    }
}

fn installed() -> DeviceInstalled {
    DeviceInstalled {
        hardware_no: "H1".parse().unwrap(),
        digits: Some(5),
        decimals: 2,
        multiplier: "30".parse().unwrap(),
        max_per_hour: Some(quantity("98.73")),
        opening_index: index("99962.40"),
        installed_at: at("2026-08-31 09:00"),
        installed_on: "2026-08-31".parse().unwrap(),
        photo: Some(hash('a')),
    }
}

fn removed() -> DeviceRemoved {
    DeviceRemoved {
        hardware_no: "H1".parse().unwrap(),
        closing_index: index("18.10"),
        removed_at: at("2026-09-14 09:00"),
        removed_on: "2026-09-14".parse().unwrap(),
        reason: RemovalReason::Rotation,
        usage: quantity("1671"),
        cumulative: quantity("1671"),
        photo: Some(hash('b')),
    }
}

fn corrected() -> ReadingCorrected {
    ReadingCorrected {
        correction_id: "K1".parse().unwrap(),
        reading_id: "R1".parse().unwrap(),
        old_index: index("131.50"),
        new_index: index("121.50"),
        usage: quantity("21.5"),
        cumulative: quantity("21.5"),
        cumulative_shift: quantity("-10"),
        later_shift: quantity("0"),
        reapportioned: Some(Reapportioned {
            reading_id: "R2".parse().unwrap(),
            usage: quantity("40"),
        }),
        requested_by: staff("chen"),
        approved_by: staff("wang"),
        reason: "看错一位".to_owned(),
    }
}

fn withdrawn() -> ReadingWithdrawn {
    ReadingWithdrawn {
        reading_id: "R1".parse().unwrap(),
        batch: Some("handheld_readings-ab12".parse().unwrap()),
        reason: "拿错了文件".to_owned(),
        requested_by: staff("chen"),
        approved_by: staff("wang"),
        counted: Some(WithdrawnCount {
            read_at: at("2026-02-01 09:00"),
            previous_reading: Some("R0".parse().unwrap()),
            previous_index: index("100"),
            previous_at: at("2026-01-01 09:00"),
            previous_cumulative: quantity("0"),
            reapportioned: corrected().reapportioned,
        }),
    }
}

/// Every event with all it can carry.
#[expect(clippy::too_many_lines, reason = "one entry per event")]
fn full() -> Vec<MeterEvent> {
    let card = registration(Commodity::Water);
    vec![
        MeterEvent::Registered(MeterRegistered {
            meter_no: card.meter_no,
            commodity: card.commodity,
            campus: card.campus,
            building: card.building,
            room: card.room,
            book: card.book,
            walk_order: card.walk_order,
            self_read: card.self_read,
        }),
        MeterEvent::DeviceInstalled(installed()),
        MeterEvent::DeviceRemoved(removed()),
        MeterEvent::PhotoSubmitted(PhotoSubmitted {
            photo: hash('a'),
            bytes: 81_920,
            media_type: "image/jpeg".to_owned(),
        }),
        MeterEvent::ReadingSubmitted(submitted()),
        MeterEvent::ReadingAccepted(ReadingAccepted {
            findings: vec![finding()],
            review: Some(Review {
                reviewed_by: staff("wang"),
                note: Some("照片清楚".to_owned()),
            }),
            reapportioned: corrected().reapportioned,
            estimate: Some(estimate()),
            reversed: true,
            ..accepted()
        }),
        MeterEvent::ReadingHeld(ReadingHeld {
            reading_id: "R1".parse().unwrap(),
            index: index("131.50"),
            read_at: at("2026-02-01 09:00"),
            read_on: "2026-02-01".parse().unwrap(),
            previous_index: index("100"),
            previous_at: at("2026-01-01 09:00"),
            findings: vec![finding()],
        }),
        MeterEvent::ReadingRejected(ReadingRejected {
            reading_id: "R1".parse().unwrap(),
            reason: "照片与读数不符".to_owned(),
            rejected_by: staff("wang"),
        }),
        MeterEvent::CorrectionRequested(CorrectionRequested {
            correction_id: "K1".parse().unwrap(),
            reading_id: "R1".parse().unwrap(),
            index: index("121.50"),
            reason: "看错一位".to_owned(),
            requested_by: staff("chen"),
        }),
        MeterEvent::ReadingCorrected(corrected()),
        MeterEvent::ReadingWithdrawn(withdrawn()),
        MeterEvent::FaultReported(FaultReported {
            fault_id: "F1".parse().unwrap(),
            description: "漏水".to_owned(),
            photo: Some(hash('c')),
            reported_by: staff("li"),
        }),
        MeterEvent::ReadingReestimated(ReadingReestimated {
            reading_id: "R1".parse().unwrap(),
            old_index: index("318"),
            new_index: index("310"),
            usage: quantity("5"),
            cumulative: quantity("5"),
            estimate: Estimate {
                method: EstimationMethod::LaterActual,
                per_day: None,
                drawn_over: Some(DrawnOver {
                    usage: quantity("10"),
                    days: 62,
                }),
                usage: quantity("5"),
                ..estimate()
            },
            reapportioned: corrected().reapportioned,
        }),
        MeterEvent::ReadingDelayed(ReadingDelayed {
            until: "2026-02-10".parse().unwrap(),
            reason: "楼栋封闭".to_owned(),
            round: Some("B12-202602".parse().unwrap()),
            delayed_by: staff("li"),
        }),
        MeterEvent::Deactivated(MeterDeactivated {
            inactivity: Inactivity::Vacant,
            since: at("2026-07-15 09:00"),
            reason: "暑假腾空".to_owned(),
        }),
        MeterEvent::Reactivated(MeterReactivated {
            since: at("2026-09-01 09:00"),
            reason: Some("新生入住".to_owned()),
        }),
        MeterEvent::PhotoAnalysed(super::photo::analysed()),
        MeterEvent::PhotoReviewed(super::photo::reviewed(Some("末位看错"))),
    ]
}

/// Those with optional parts, with none of them.
fn required_only() -> Vec<MeterEvent> {
    vec![
        MeterEvent::DeviceInstalled(DeviceInstalled {
            digits: None,
            max_per_hour: None,
            photo: None,
            ..installed()
        }),
        MeterEvent::DeviceRemoved(DeviceRemoved {
            photo: None,
            ..removed()
        }),
        MeterEvent::ReadingSubmitted(ReadingSubmitted {
            photo: None,
            round: None,
            note: None,
            evidence: Evidence::default(),
            ..submitted()
        }),
        MeterEvent::ReadingAccepted(accepted()),
        MeterEvent::ReadingCorrected(ReadingCorrected {
            reapportioned: None,
            ..corrected()
        }),
        MeterEvent::ReadingWithdrawn(ReadingWithdrawn {
            batch: None,
            counted: None,
            ..withdrawn()
        }),
        MeterEvent::FaultReported(FaultReported {
            fault_id: "F1".parse().unwrap(),
            description: "漏水".to_owned(),
            photo: None,
            reported_by: staff("li"),
        }),
        MeterEvent::ReadingReestimated(ReadingReestimated {
            reading_id: "R1".parse().unwrap(),
            old_index: index("318"),
            new_index: index("310"),
            usage: quantity("5"),
            cumulative: quantity("5"),
            estimate: Estimate {
                per_day: None,
                ..estimate()
            },
            reapportioned: None,
        }),
        MeterEvent::ReadingDelayed(ReadingDelayed {
            until: "2026-02-10".parse().unwrap(),
            reason: "楼栋封闭".to_owned(),
            round: None,
            delayed_by: staff("li"),
        }),
        MeterEvent::Reactivated(MeterReactivated {
            since: at("2026-09-01 09:00"),
            reason: None,
        }),
        MeterEvent::PhotoAnalysed(super::photo::analysed_required()),
        MeterEvent::PhotoReviewed(super::photo::reviewed(None)),
    ]
}

fn check(name: &str, event: &MeterEvent) {
    insta::assert_json_snapshot!(name, event);
    let json = serde_json::to_string(event).unwrap();
    assert_eq!(serde_json::from_str::<MeterEvent>(&json).unwrap(), *event);
}

#[test]
fn events_keep_their_form() {
    for event in full() {
        check(&event.event_type(), &event);
    }
    for event in required_only() {
        check(&format!("{}.required", event.event_type()), &event);
    }
}
