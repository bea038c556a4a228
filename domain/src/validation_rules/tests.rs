use std::collections::BTreeMap;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;
use rust_decimal::Decimal;

use super::*;
use crate::units::AccountClass;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn commodity_rules(factor: &str) -> CommodityRules {
    CommodityRules {
        high_factor: factor.parse().unwrap(),
        high_floor_per_day: Decimal::new(5, 2),
        ..CommodityRules::default()
    }
}

fn rules(version: u32, from: &str, factor: &str) -> RuleSet {
    RuleSet {
        version,
        effective_from: date(from),
        reason: Some("试运行".to_owned()),
        future_tolerance_minutes: 5,
        water: commodity_rules(factor),
        electricity: commodity_rules("3.5"),
        classes: BTreeMap::new(),
    }
}

fn publish(from: &str, factor: &str) -> ValidationRulesCommand {
    ValidationRulesCommand::PublishVersion {
        effective_from: date(from),
        reason: " 试运行 ".to_owned(),
        future_tolerance_minutes: 5,
        water: commodity_rules(factor),
        electricity: commodity_rules("3.5"),
        classes: BTreeMap::new(),
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

/// Publishes rules for electricity with one value changed.
fn refused(change: impl Fn(&mut CommodityRules)) -> ValidationRulesError {
    let mut electricity = CommodityRules::default();
    change(&mut electricity);
    let published = ValidationRules::default();
    let rules = RuleSet {
        electricity,
        ..rules(1, "2026-01-01", "2")
    };
    super::aggregate::publish(&published, rules).unwrap_err()
}

#[test]
fn values_that_make_no_sense_are_refused_with_their_field() {
    use chaobiao_decision::{BusinessError as _, Rejection};
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    for (error, code, field) in [
        (
            refused(|rules| rules.high_factor = number("1")),
            "VALIDATION_RULES_FACTOR_TOO_SMALL",
            "highFactor",
        ),
        (
            refused(|rules| rules.high_factor = number("100.1")),
            "VALIDATION_RULES_FACTOR_TOO_LARGE",
            "highFactor",
        ),
        (
            refused(|rules| rules.high_floor_per_day = number("-0.01")),
            "VALIDATION_RULES_FLOOR_NEGATIVE",
            "highFloorPerDay",
        ),
        (
            refused(|rules| rules.high_hold_percent = 1_001),
            "VALIDATION_RULES_HOLD_PERCENT_TOO_LARGE",
            "highHoldPercent",
        ),
        (
            refused(|rules| rules.mean_per_day = Some(Decimal::ZERO)),
            "VALIDATION_RULES_MEAN_NOT_POSITIVE",
            "meanPerDay",
        ),
        (
            refused(|rules| rules.zero_visit_months = 0),
            "VALIDATION_RULES_VISIT_MONTHS_OUT_OF_RANGE",
            "zeroVisitMonths",
        ),
        (
            refused(|rules| rules.zero_visit_months = 13),
            "VALIDATION_RULES_VISIT_MONTHS_OUT_OF_RANGE",
            "zeroVisitMonths",
        ),
        (
            refused(|rules| rules.zero_quiet_months = [7, 13].into()),
            "VALIDATION_RULES_QUIET_MONTH_UNKNOWN",
            "zeroQuietMonths",
        ),
    ] {
        assert_eq!(error.code(), code);
        assert_eq!(
            Rejection::from(error).field.unwrap(),
            ["electricity", field]
        );
    }
}

#[test]
fn the_outermost_values_are_accepted() {
    let publish = |change: fn(&mut RuleSet)| {
        let mut rules = rules(1, "2026-01-01", "2");
        change(&mut rules);
        super::aggregate::publish(&ValidationRules::default(), rules)
    };
    assert!(publish(|rules| rules.future_tolerance_minutes = 60).is_ok());
    assert_eq!(
        publish(|rules| rules.future_tolerance_minutes = 61),
        Err(ValidationRulesError::ToleranceTooLong)
    );
    assert!(publish(|rules| rules.reason = Some("字".repeat(200))).is_ok());
    for reason in [None, Some("  ".to_owned()), Some("字".repeat(201))] {
        let mut rules = rules(1, "2026-01-01", "2");
        rules.reason = reason;
        assert_eq!(
            super::aggregate::publish(&ValidationRules::default(), rules),
            Err(ValidationRulesError::ReasonInvalid)
        );
    }
    let edges = |rules: &mut RuleSet| {
        rules.water.high_factor = Decimal::ONE_HUNDRED;
        rules.water.high_hold_percent = 1_000;
        rules.water.zero_visit_months = 12;
        rules.water.zero_quiet_months = (1..=12).collect();
        rules.electricity.zero_visit_months = 1;
    };
    assert!(publish(edges).is_ok());
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
    // As versions were written before they had a reason and the later thresholds.
    let required = RuleSet {
        reason: None,
        ..rules(1, "2026-01-01", "2.5")
    };
    let event = ValidationRulesEvent::VersionPublished(required);
    insta::assert_json_snapshot!("validation_rules.version_published", event);
    let mut full = rules(2, "2026-03-01", "2.5");
    full.water.high_hold_percent = 50;
    full.water.mean_per_day = Some(Decimal::new(35, 2));
    full.water.zero_visit_months = 2;
    full.water.zero_quiet_months = [2, 7, 8].into();
    full.water.zero_outage_percent = 80;
    full.classes = [(
        AccountClass::StudentDorm,
        ClassRules {
            water: Some(commodity_rules("3")),
            electricity: None,
        },
    )]
    .into();
    let event = ValidationRulesEvent::VersionPublished(full);
    insta::assert_json_snapshot!("validation_rules.version_published.full", event);
    for event in [
        serde_json::to_value(&event).unwrap(),
        serde_json::to_value(ValidationRulesEvent::VersionPublished(rules(
            1,
            "2026-01-01",
            "2.5",
        )))
        .unwrap(),
    ] {
        let read: ValidationRulesEvent = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), event);
    }
}

#[test]
fn a_class_of_accounts_has_its_own_thresholds_or_everybodys() {
    let mut all = rules(1, "2026-01-01", "2");
    let own = ClassRules {
        water: Some(commodity_rules("3")),
        electricity: None,
    };
    all.classes = [(AccountClass::StudentDorm, own)].into();
    let students = all.clone().for_class(Some(AccountClass::StudentDorm));
    assert_eq!(students.water, commodity_rules("3"));
    assert_eq!(students.electricity, all.electricity);
    for class in [None, Some(AccountClass::Unit)] {
        let others = all.clone().for_class(class);
        assert_eq!(
            (others.water, others.electricity),
            (all.water.clone(), all.electricity.clone())
        );
    }
    let wrong = ClassRules {
        water: None,
        electricity: Some(commodity_rules("1")),
    };
    all.classes = [(AccountClass::Unit, wrong)].into();
    let error = aggregate::publish(&ValidationRules::default(), all).unwrap_err();
    assert_eq!(
        chaobiao_decision::BusinessError::field(&error),
        Some("classes")
    );
    assert_eq!(error.to_string(), "单位：异常倍数必须大于 1");
}
