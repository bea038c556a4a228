//! V4, V5, V7 and V10: pure functions from figures to findings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::installation::{Leg, Point, hours_between};
use super::timeline::{Basis, Reference, days_between};
use super::{Finding, Rule, Severity};
use crate::units::{BillingMonth, Commodity, Index, Quantity};
use crate::validation_rules::RuleSet;

fn inputs<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Figures in findings are for people and for recomputing verdicts: four decimals do for both.
fn figure(value: Decimal) -> String {
    value.round_dp(4).normalize().to_string()
}

/// V4 and V5: what it means that the index went back, if it did.
pub(super) fn direction(
    rules: &RuleSet,
    commodity: Commodity,
    previous: Point,
    current: (Index, DateTime<Utc>),
    leg: Leg,
) -> Option<Finding> {
    let (index, at) = current;
    match leg {
        Leg::Forward { .. } => None,
        Leg::Backwards => Some(Finding {
            rule: Rule::V4,
            version: rules.version,
            severity: Severity::Hold,
            inputs: inputs([
                ("previous_index", previous.index.to_string()),
                ("index", index.to_string()),
            ]),
            threshold: previous.index.to_string(),
            message: format!("读数 {index} 小于上次读数 {}，需要复核", previous.index),
        }),
        Leg::Wrapped { usage, limit } => {
            let hours = hours_between(previous.at, at);
            Some(rollover(
                rules,
                commodity,
                (previous.index, index),
                hours,
                usage,
                limit,
            ))
        }
    }
}

fn rollover(
    rules: &RuleSet,
    commodity: Commodity,
    (previous, index): (Index, Index),
    hours: Decimal,
    usage: Quantity,
    limit: Option<Quantity>,
) -> Finding {
    let unit = commodity.unit();
    let (severity, threshold, message) = match limit {
        Some(limit) if usage <= limit => (
            Severity::Warn,
            limit.to_string(),
            format!("表码已过圈：上次读数 {previous}，本次读数 {index}，用量 {usage} {unit}"),
        ),
        Some(limit) => (
            Severity::Hold,
            limit.to_string(),
            format!(
                "读数 {index} 小于上次读数 {previous}；按过圈计算用量为 {usage} {unit}，超过该表 {} 小时内的最大用量 {limit} {unit}，需要复核",
                figure(hours)
            ),
        ),
        None => (
            Severity::Hold,
            String::new(),
            format!(
                "读数 {index} 小于上次读数 {previous}；按过圈计算用量为 {usage} {unit}，该表未登记每小时最大用量，无法判断，需要复核"
            ),
        ),
    };
    Finding {
        rule: Rule::V5,
        version: rules.version,
        severity,
        inputs: inputs([
            ("previous_index", previous.to_string()),
            ("index", index.to_string()),
            ("hours", figure(hours)),
            ("usage", usage.to_string()),
        ]),
        threshold,
        message,
    }
}

/// V7: what a class of meters uses, for one that has nothing of its own to compare with.
pub(super) fn class_mean(rules: &RuleSet, commodity: Commodity) -> Option<Reference> {
    rules.of(commodity).mean_per_day.map(|per_day| Reference {
        basis: Basis::ClassMean,
        per_day,
    })
}

/// V7: much more a day than a year ago, or than in the last period, or than the class.
pub(super) fn high(
    rules: &RuleSet,
    commodity: Commodity,
    usage: Quantity,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    reference: Reference,
) -> Option<Finding> {
    let days = days_between(from, to);
    let per_day = usage.value().checked_div(days)?;
    let of = rules.of(commodity);
    let limit = reference.per_day.checked_mul(of.high_factor)?;
    if per_day <= limit || per_day <= of.high_floor_per_day {
        return None;
    }
    // What cannot be computed is far above any limit.
    let above = (per_day - limit)
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|above| above.checked_div(limit))
        .map_or(Decimal::MAX, |percent| {
            percent.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        });
    let (severity, advice) = if above >= Decimal::from(of.high_hold_percent) {
        (Severity::Hold, "，需要复核")
    } else {
        (Severity::Warn, "")
    };
    let (basis, basis_name) = match reference.basis {
        Basis::LastYear => ("last_year", "去年同期"),
        Basis::Previous => ("previous", "上期"),
        Basis::ClassMean => ("class_mean", "同类表"),
    };
    let unit = commodity.unit();
    Some(Finding {
        rule: Rule::V7,
        version: rules.version,
        severity,
        inputs: inputs([
            ("usage", usage.to_string()),
            ("days", figure(days)),
            ("per_day", figure(per_day)),
            ("reference", basis.to_owned()),
            ("reference_per_day", figure(reference.per_day)),
            ("factor", of.high_factor.normalize().to_string()),
            ("percent_above", figure(above)),
            ("hold_percent", of.high_hold_percent.to_string()),
        ]),
        threshold: figure(limit),
        message: format!(
            "用量异常偏高：日均 {} {unit}，超过{basis_name}日均 {} {unit} 的 {} 倍{advice}",
            figure(per_day),
            figure(reference.per_day),
            of.high_factor.normalize(),
        ),
    })
}

/// V10: nothing was used, and in how many months before.
pub(super) fn zero(
    rules: &RuleSet,
    commodity: Commodity,
    usage: Quantity,
    month: BillingMonth,
    before: BTreeSet<BillingMonth>,
) -> Option<Finding> {
    let of = rules.of(commodity);
    let quiet = |month: &BillingMonth| of.zero_quiet_months.contains(&month.month());
    if !usage.is_zero() || quiet(&month) {
        return None;
    }
    let mut months = before;
    months.insert(month);
    months.retain(|month| !quiet(month));
    let months = u32::try_from(months.len()).unwrap_or(u32::MAX);
    let (severity, message) = if months >= of.zero_visit_months {
        let message = format!("连续 {months} 个月用量为零（零度户），请安排人员查看");
        (Severity::Visit, message)
    } else {
        (Severity::Warn, "本期用量为零（零度户）".to_owned())
    };
    Some(Finding {
        rule: Rule::V10,
        version: rules.version,
        severity,
        inputs: inputs([
            ("usage", usage.to_string()),
            ("months", months.to_string()),
            ("visit_months", of.zero_visit_months.to_string()),
        ]),
        threshold: "0".to_owned(),
        message,
    })
}
