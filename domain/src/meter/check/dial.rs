//! V2, V4, V5 and V6: what the dial can have done since it was read last.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::figures::figure;
use super::{Figures, Verdict, evaluate};
use crate::meter::installation::{Installation, Leg, Point};
use crate::meter::{Finding, Rule, Severity};
use crate::units::{Commodity, Index, Quantity};
use crate::validation_rules::RuleSet;

/// Between which accepted readings one came in late.
pub(in crate::meter) struct OutOfOrder {
    pub(in crate::meter) index: Index,
    pub(in crate::meter) read_at: DateTime<Utc>,
    pub(in crate::meter) previous: Point,
    pub(in crate::meter) next: Option<Point>,
    /// Whether it agrees with both.
    pub(in crate::meter) fits: bool,
}

/// V2: a late reading takes its place where it agrees with what was accepted around it.
pub(in crate::meter) fn out_of_order(rules: &RuleSet, late: &OutOfOrder) -> Option<Finding> {
    let figures = Figures::default()
        .with("index", late.index)
        .with_instant("read_at", late.read_at)
        .with("previous_index", late.previous.index)
        .with_some("next_index", late.next.map(|next| next.index))
        .with("fits", late.fits);
    evaluate(Rule::V2, rules.version, figures.into())
}

pub(super) fn v2(figures: Figures) -> Option<Verdict> {
    let index = figures.text("index")?;
    let previous = figures.text("previous_index")?;
    let next = figures.text("next_index").unwrap_or("无");
    let (severity, message) = if figures.text("fits")? == "true" {
        let message =
            format!("补录的读数 {index} 位于前次 {previous} 与后次 {next} 之间，已按时间归位");
        (Severity::Warn, message)
    } else {
        let message = format!("补录的读数 {index} 与前次 {previous}、后次 {next} 矛盾，需要复核");
        (Severity::Hold, message)
    };
    Some(Verdict {
        severity,
        threshold: next.to_owned(),
        message,
        figures,
    })
}

/// V4 and V5: what it means that the index went back, if it did.
pub(in crate::meter) fn direction(
    rules: &RuleSet,
    commodity: Commodity,
    (installation, previous): (&Installation, Point),
    (index, at): (Index, DateTime<Utc>),
    leg: Leg,
) -> Option<Finding> {
    let figures = Figures::default()
        .with("previous_index", previous.index)
        .with("index", index);
    match leg {
        Leg::Forward { .. } => None,
        Leg::Backwards => evaluate(Rule::V4, rules.version, figures.into()),
        Leg::Wrapped { usage, .. } => {
            let figures = figures.with("usage", usage).with("unit", commodity.unit());
            let figures = line(figures, installation, previous.at, at);
            evaluate(Rule::V5, rules.version, figures.into())
        }
    }
}

/// V6: more than the line can deliver meanwhile.
pub(in crate::meter) fn capacity(
    rules: &RuleSet,
    commodity: Commodity,
    (installation, previous): (&Installation, Point),
    at: DateTime<Utc>,
    usage: Quantity,
) -> Option<Finding> {
    let figures = Figures::default()
        .with("usage", usage)
        .with("unit", commodity.unit());
    let figures = line(figures, installation, previous.at, at);
    evaluate(Rule::V6, rules.version, figures.into())
}

/// V4 after an estimate: an index below it, but not below the last that was read, trues it up.
pub(in crate::meter) fn true_up(
    rules: &RuleSet,
    (actual, estimated): (Point, Point),
    (index, cumulative): (Index, Quantity),
) -> Option<Finding> {
    let since = |quantity: Quantity| quantity.value() - actual.cumulative.value();
    let figures = Figures::default()
        .with("previous_index", estimated.index)
        .with("index", index)
        .with("last_actual_index", actual.index)
        .with("usage_since_actual", since(cumulative).normalize())
        .with(
            "estimated_since_actual",
            since(estimated.cumulative).normalize(),
        );
    evaluate(Rule::V4, rules.version, figures.into())
}

fn line(
    figures: Figures,
    installation: &Installation,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Figures {
    let seconds = (to - from).num_seconds();
    figures
        .with("seconds", seconds)
        .with("hours", figure(hours(Decimal::from(seconds))))
        .with_some("max_per_hour", installation.device.max_per_hour)
}

fn hours(seconds: Decimal) -> Decimal {
    seconds / Decimal::from(3600)
}

/// The most the line can have delivered; none where it is not known.
fn limit(figures: &Figures) -> Option<Decimal> {
    let most = figures.number("max_per_hour")?;
    let limit = most.checked_mul(hours(figures.number("seconds")?))?;
    Some(limit.round_dp(4))
}

pub(super) fn v4(figures: Figures) -> Option<Verdict> {
    let (previous, index) = (figures.text("previous_index")?, figures.text("index")?);
    let (threshold, severity, message) = match figures.text("last_actual_index") {
        Some(actual) => {
            let used = figures.number("usage_since_actual")?;
            let estimated = figures.number("estimated_since_actual")?;
            if used < Decimal::ZERO || used >= estimated {
                return None;
            }
            let message = format!(
                "读数 {index} 低于估抄 {previous}，但不低于上次实抄 {actual}：按实抄冲减估抄的用量"
            );
            (actual, Severity::Warn, message)
        }
        None if figures.number("index")? < figures.number("previous_index")? => {
            let message = format!("读数 {index} 小于上次读数 {previous}，需要复核");
            (previous, Severity::Hold, message)
        }
        None => return None,
    };
    Some(Verdict {
        severity,
        threshold: threshold.to_owned(),
        message,
        figures,
    })
}

pub(super) fn v5(figures: Figures) -> Option<Verdict> {
    let (previous, index) = (figures.text("previous_index")?, figures.text("index")?);
    if figures.number("index")? >= figures.number("previous_index")? {
        return None;
    }
    let (usage, unit) = (figures.text("usage")?, figures.text("unit")?);
    let used = figures.number("usage")?;
    let (severity, threshold, message) = match limit(&figures) {
        Some(limit) if used <= limit => (
            Severity::Warn,
            limit.to_string(),
            format!("表码已过圈：上次读数 {previous}，本次读数 {index}，用量 {usage} {unit}"),
        ),
        Some(limit) => (
            Severity::Hold,
            limit.to_string(),
            format!(
                "读数 {index} 小于上次读数 {previous}；按过圈计算用量为 {usage} {unit}，超过该表 {} 小时内的最大用量 {limit} {unit}，需要复核",
                figures.text("hours")?
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
    Some(Verdict {
        severity,
        threshold,
        message,
        figures,
    })
}

pub(super) fn v6(figures: Figures) -> Option<Verdict> {
    let limit = limit(&figures)?;
    let (usage, unit) = (figures.text("usage")?, figures.text("unit")?);
    if figures.number("usage")? <= limit {
        return None;
    }
    let message = format!(
        "用量 {usage} {unit} 超过该表 {} 小时内的最大用量 {limit} {unit}，需要复核",
        figures.text("hours")?
    );
    Some(Verdict {
        severity: Severity::Hold,
        threshold: limit.to_string(),
        message,
        figures,
    })
}
