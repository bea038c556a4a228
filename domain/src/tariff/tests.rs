use cqrs_es::DomainEvent;
use serde_json::json;

use super::*;
use crate::desk::Desk;
use crate::rating::{TariffSchedule, TariffTerms, TariffVersion};
use crate::units::Commodity;

fn version(from: &str, first: &str) -> TariffVersion {
    serde_json::from_value(json!({
        "from": from,
        "tiers": [
            { "up_to": "180", "price": first },
            { "up_to": "260", "price": "4.65" },
            { "price": "9.30" },
        ],
        "surcharges": [{ "name": "sewage", "price": "0.95" }],
    }))
    .unwrap()
}

fn terms() -> TariffTerms {
    serde_json::from_value(json!({
        "base_persons": 4,
        "quota_per_extra_person": "30",
        "versions": [version("2026-01-01", "2.85")],
    }))
    .unwrap()
}

fn define() -> DefineTariff {
    DefineTariff {
        tariff_id: "water-home".parse().unwrap(),
        name: " 居民生活用水 ".to_owned(),
        payment_days: 15,
        commodity: Commodity::Water,
        terms: terms(),
    }
}

fn publish(from: &str) -> PublishTariffVersion {
    PublishTariffVersion {
        tariff_id: "water-home".parse().unwrap(),
        version: version(from, "3.10"),
    }
}

#[test]
fn a_tariff_is_defined_once_and_gets_later_versions_only() {
    let mut desk = Desk::new("2026-06-01");
    assert_eq!(desk.refused(&publish("2026-07-01")), "TARIFF_UNKNOWN");
    desk.run(&define()).unwrap();
    assert_eq!(desk.refused(&define()), "TARIFF_ALREADY_DEFINED");
    assert_eq!(
        desk.run(&publish("2026-07-01")).unwrap().event_types(),
        ["tariff.version_published"]
    );
    assert_eq!(
        desk.refused(&publish("2026-07-01")),
        "TARIFF_VERSIONS_OVERLAP"
    );
    let tariff: Tariff = desk.state("water-home");
    let tariff = tariff.defined(&"water-home".parse().unwrap()).unwrap();
    assert_eq!(
        (tariff.name.as_str(), tariff.payment_days),
        ("居民生活用水", 15)
    );
    assert_eq!(tariff.schedule.versions().len(), 2);
}

#[test]
fn a_tariff_nobody_could_bill_by_is_refused() {
    let mut desk = Desk::new("2026-06-01");
    let none = TariffTerms {
        versions: Vec::new(),
        ..terms()
    };
    let cases = [
        (
            DefineTariff {
                name: " ".to_owned(),
                ..define()
            },
            "TARIFF_NAME_INVALID",
        ),
        (
            DefineTariff {
                payment_days: 0,
                ..define()
            },
            "TARIFF_PAYMENT_DAYS_INVALID",
        ),
        (
            DefineTariff {
                payment_days: 367,
                ..define()
            },
            "TARIFF_PAYMENT_DAYS_INVALID",
        ),
        (
            DefineTariff {
                terms: none,
                ..define()
            },
            "TARIFF_NO_VERSIONS",
        ),
    ];
    for (command, code) in cases {
        assert_eq!(desk.refused(&command), code);
    }
}

fn late_fee(from: &str) -> SetLateFee {
    SetLateFee {
        tariff_id: "water-home".parse().unwrap(),
        terms: serde_json::from_value(json!({
            "from": from, "per_day": "0.1", "policy": "good_faith", "minimum": 100,
        }))
        .unwrap(),
    }
}

#[test]
fn a_late_fee_is_dated_data_of_a_tariff() {
    let mut desk = Desk::new("2026-06-01");
    assert_eq!(desk.refused(&late_fee("2026-01-01")), "TARIFF_UNKNOWN");
    desk.run(&define()).unwrap();
    let set = desk.run(&late_fee("2026-01-01")).unwrap();
    assert_eq!(set.event_types(), ["tariff.late_fee_set"]);
    assert_eq!(
        desk.refused(&late_fee("2026-01-01")),
        "TARIFF_LATE_FEE_NOT_LATER"
    );
    for (per_day, minimum) in [("-0.1", 0), ("1.01", 0), ("0.1", -1)] {
        let mut wrong = late_fee("2027-01-01");
        wrong.terms.per_day = serde_json::from_value(json!(per_day)).unwrap();
        wrong.terms.minimum = crate::units::Fen::new(minimum);
        assert_eq!(desk.refused(&wrong), "TARIFF_LATE_FEE_INVALID");
    }
}

#[test]
fn no_day_between_two_versions_is_without_a_price() {
    let mut desk = Desk::new("2026-06-01");
    let ending = TariffVersion {
        to: Some("2026-06-30".parse().unwrap()),
        ..version("2026-01-01", "2.85")
    };
    let with = |versions| DefineTariff {
        terms: TariffTerms {
            versions,
            ..terms()
        },
        ..define()
    };
    let gap = with(vec![ending.clone(), version("2026-07-01", "3.10")]);
    assert_eq!(desk.refused(&gap), "TARIFF_VERSIONS_GAP");
    let overlap = with(vec![ending.clone(), version("2026-06-29", "3.10")]);
    assert_eq!(desk.refused(&overlap), "TARIFF_VERSIONS_OVERLAP");
    desk.run(&with(vec![ending])).unwrap();
    assert_eq!(desk.refused(&publish("2026-07-01")), "TARIFF_VERSIONS_GAP");
    desk.run(&publish("2026-06-30")).unwrap();
}

#[test]
fn every_event_keeps_its_golden_json() {
    let defined = TariffDefined {
        tariff_id: "water-home".parse().unwrap(),
        name: "居民生活用水".to_owned(),
        payment_days: 15,
        schedule: TariffSchedule::try_new(Commodity::Water, terms()).unwrap(),
    };
    let events = [
        TariffEvent::Defined(defined),
        TariffEvent::VersionPublished {
            version: version("2026-07-01", "3.10"),
        },
        TariffEvent::LateFeeSet(late_fee("2026-01-01").terms),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<TariffEvent>(&json).unwrap(), event);
    }
}
