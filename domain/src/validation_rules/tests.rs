use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;
use rust_decimal::Decimal;

use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn commodity_rules(factor: &str) -> CommodityRules {
    CommodityRules {
        high_factor: factor.parse().unwrap(),
        high_floor_per_day: Decimal::new(5, 2),
    }
}

fn rules(version: u32, from: &str, factor: &str) -> RuleSet {
    RuleSet {
        version,
        effective_from: date(from),
        future_tolerance_minutes: 5,
        water: commodity_rules(factor),
        electricity: commodity_rules("3.5"),
    }
}

fn publish(from: &str, factor: &str) -> ValidationRulesCommand {
    ValidationRulesCommand::PublishVersion {
        effective_from: date(from),
        future_tolerance_minutes: 5,
        water: commodity_rules(factor),
        electricity: commodity_rules("3.5"),
    }
}

#[test]
fn versions_count_up_and_follow_each_other_in_time() {
    let first = ValidationRulesEvent::VersionPublished(rules(1, "2026-01-01", "2.5"));
    TestFramework::<ValidationRules>::with(())
        .given_no_previous_events()
        .when(publish("2026-01-01", "2.5"))
        .then_expect_events(vec![first.clone()]);
    TestFramework::<ValidationRules>::with(())
        .given(vec![first.clone()])
        .when(publish("2026-03-01", "1.5"))
        .then_expect_events(vec![ValidationRulesEvent::VersionPublished(rules(
            2,
            "2026-03-01",
            "1.5",
        ))]);
    TestFramework::<ValidationRules>::with(())
        .given(vec![first])
        .when(publish("2026-01-01", "1.5"))
        .then_expect_error(ValidationRulesError::NotLater {
            last: date("2026-01-01"),
        });
}

#[test]
fn a_factor_that_would_hold_every_reading_is_refused() {
    TestFramework::<ValidationRules>::with(())
        .given_no_previous_events()
        .when(publish("2026-01-01", "1"))
        .then_expect_error(ValidationRulesError::FactorTooSmall);
}

#[test]
fn the_rules_of_the_day_apply() {
    let mut published = ValidationRules::default();
    assert_eq!(published.in_force(date("2026-01-01")).version, 0);
    for (version, from) in [(1, "2026-01-01"), (2, "2026-03-01")] {
        published.apply(ValidationRulesEvent::VersionPublished(rules(
            version, from, "2.5",
        )));
    }
    for (day, version) in [
        ("2025-12-31", 0),
        ("2026-01-01", 1),
        ("2026-02-28", 1),
        ("2026-03-01", 2),
    ] {
        assert_eq!(published.in_force(date(day)).version, version, "{day}");
    }
}

#[test]
fn golden_events() {
    let event = ValidationRulesEvent::VersionPublished(rules(1, "2026-01-01", "2.5"));
    insta::assert_json_snapshot!("validation_rules.version_published", event);
}
