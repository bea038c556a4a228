//! `chaobiao tariff rate FILE` as a tariff clerk runs it.

use std::fs;

use crate::support::{chaobiao, run};
use chaobiao_testing::ScratchDirectory;

/// 10 m³ at one price.
const CASE: &str = r#"{
    "commodity": "water",
    "tariff": {
        "price_change": "prorate_by_day",
        "base_persons": 4,
        "quota_per_extra_person": "30",
        "versions": [{ "from": "2026-01-01", "tiers": [{ "price": "3.10" }], "surcharges": [] }]
    },
    "household": { "persons": 3 },
    "quantity_to_date": "0",
    "period": { "from": "2026-06-21", "to": "2026-07-21" },
    "usage": "10"
}"#;

#[test]
fn a_case_is_rated_without_any_database() {
    let scratch = ScratchDirectory::create();
    let file = scratch.path().join("case.json");
    fs::write(&file, CASE).unwrap();
    let mut command = chaobiao(&scratch.path().join("data"));
    command.args(["tariff", "rate"]).arg(&file);
    let output = run(command);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let bill: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(bill["total"], "31.00", "{bill}");
    assert!(!scratch.path().join("data").exists());
}

#[test]
fn a_missing_or_broken_case_is_told_by_name() {
    let scratch = ScratchDirectory::create();
    let file = scratch.path().join("case.json");
    for content in [None, Some("{")] {
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let mut command = chaobiao(&scratch.path().join("data"));
        command.args(["tariff", "rate"]).arg(&file);
        let output = run(command);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .starts_with("错误：")
        );
    }
}
