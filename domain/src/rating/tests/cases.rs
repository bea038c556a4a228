use std::fs;
use std::path::Path;

use rust_decimal::Decimal;
use serde_json::Value;

use super::*;

/// Everything `expect` names must be there; numbers compare as decimals.
fn assert_holds(expected: &Value, found: &Value, path: &str) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let found = found
                    .get(key)
                    .unwrap_or_else(|| panic!("{path}.{key} is missing"));
                assert_holds(value, found, &format!("{path}.{key}"));
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{path}");
            for (position, (value, found)) in expected.iter().zip(found).enumerate() {
                assert_holds(value, found, &format!("{path}[{position}]"));
            }
        }
        (Value::String(expected), Value::String(found)) => {
            match (expected.parse::<Decimal>(), found.parse::<Decimal>()) {
                (Ok(expected), Ok(found)) => assert_eq!(expected, found, "{path}"),
                _ => assert_eq!(expected, found, "{path}"),
            }
        }
        _ => assert_eq!(expected, found, "{path}"),
    }
}

#[test]
fn every_case_file_is_rated_as_it_expects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let mut rated = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let case: Value = serde_json::from_str(&text).unwrap();
        let answer: Value = serde_json::from_str(&rate_case_json(&text).unwrap()).unwrap();
        assert_holds(&case["expect"], &answer, &name);
        assert_eq!(answer.get("ignored"), None, "{name}");
        // A surcharge has no tier, not an empty one.
        for (line, expected) in answer["lines"]
            .as_array()
            .unwrap()
            .iter()
            .zip(case["expect"]["lines"].as_array().unwrap())
        {
            assert_eq!(line.get("tier"), expected.get("tier"), "{name}");
        }
        rated += 1;
    }
    assert!(rated >= 3, "only {rated} case files found");
}

#[test]
fn what_a_case_says_in_vain_is_named() {
    let text = r#"{
        "commodity": "electricity", "note": "flat",
        "tariff": {"versions": [{"from": "2026-01-01", "tiers": [{"price": "0.6450", "upto": "9"}]}]},
        "period": {"from": "2026-08-31", "to": "2026-09-30"}, "usage": "3621.00"
    }"#;
    let answer: Value = serde_json::from_str(&rate_case_json(text).unwrap()).unwrap();
    assert_eq!(answer["total"], "2335.55");
    assert_eq!(
        answer["ignored"],
        serde_json::json!(["note", "tariff.versions[0].tiers[0].upto"])
    );
}

#[test]
fn an_unreadable_case_says_where() {
    let error = rate_case_json(r#"{"commodity": "gas"}"#).unwrap_err();
    assert_eq!(error.code(), "RATING_CASE_UNREADABLE");
    assert!(error.to_string().contains("gas"), "{error}");
}

#[test]
fn a_bill_survives_being_stored() {
    let schedule = water(terms(vec![version(
        "2025-01-01",
        &[("", "2.85")],
        &[("sewage", "0.95")],
    )]));
    let bill = rate(&schedule, &input("2026-06-21", "2026-07-21", "31", "168")).unwrap();
    let stored = serde_json::to_string(&bill).unwrap();
    assert_eq!(serde_json::from_str::<RatedBill>(&stored).unwrap(), bill);
    let stored = serde_json::to_string(&schedule).unwrap();
    assert_eq!(
        serde_json::from_str::<TariffSchedule>(&stored).unwrap(),
        schedule
    );
}
