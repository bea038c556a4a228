//! V7 to V11 and V21: whether a usage is like what was used before.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::figures::figure;
use super::{Figures, Verdict, evaluate};
use crate::meter::outage::{Share, covers};
use crate::meter::timeline::{Basis, Reference, seconds_between};
use crate::meter::{Finding, Rule, Severity, WithoutSupply};
use crate::units::{BillingMonth, Commodity, OutageId, Quantity, business_date};
use crate::validation_rules::RuleSet;

const HOUR: Decimal = Decimal::from_parts(3_600, 0, 0, false, 0);
const DAY: Decimal = Decimal::from_parts(86_400, 0, 0, false, 0);

/// A usage between two instants, and what it is held against.
#[derive(Clone, Copy)]
pub(in crate::meter) struct Compared<'a> {
    pub(in crate::meter) rules: &'a RuleSet,
    pub(in crate::meter) commodity: Commodity,
    pub(in crate::meter) usage: Quantity,
    pub(in crate::meter) span: (DateTime<Utc>, DateTime<Utc>),
}

impl Compared<'_> {
    /// Usages and times are kept as they are; averages of them are for people.
    fn figures(&self, reference: Reference) -> Figures {
        let seconds = Decimal::from(seconds_between(self.span.0, self.span.1));
        let per_day = |usage: Decimal, seconds: Decimal| {
            let per_day = usage.checked_mul(DAY)?.checked_div(seconds)?;
            Some(figure(per_day))
        };
        let reference_seconds = Decimal::from(reference.seconds);
        Figures::default()
            .with("usage", self.usage)
            .with("unit", self.commodity.unit())
            .with("seconds", seconds)
            .with("days", figure(seconds / DAY))
            .with_some("per_day", per_day(self.usage.value(), seconds))
            .with("reference", reference.basis.as_str())
            .with("reference_usage", reference.usage.normalize())
            .with("reference_seconds", reference.seconds)
            .with_some(
                "reference_per_day",
                per_day(reference.usage, reference_seconds),
            )
    }
}

/// What a class of meters uses, for one that has nothing of its own to compare with.
pub(in crate::meter) fn class_mean(rules: &RuleSet, commodity: Commodity) -> Option<Reference> {
    rules.of(commodity).mean_per_day.map(|per_day| Reference {
        basis: Basis::ClassMean,
        usage: per_day,
        seconds: 86_400,
    })
}

fn basis_name(figures: &Figures) -> Option<&'static str> {
    Some(match figures.text("reference")? {
        "last_year" => "去年同期",
        "previous" => "上期",
        _ => "同类表",
    })
}

/// The daily averages of the usage and of its reference.
fn averages(figures: &Figures) -> Option<(Decimal, Decimal)> {
    let per_day = |usage: &str, seconds: &str| {
        let usage = figures.number(usage)?.checked_mul(DAY)?;
        usage.checked_div(figures.number(seconds)?)
    };
    Some((
        per_day("usage", "seconds")?,
        per_day("reference_usage", "reference_seconds")?,
    ))
}

/// Whether the daily usage is above, or below, a multiple of the reference's: without dividing,
/// so that a usage exactly at the limit is neither.
fn against(figures: &Figures, factor: Decimal) -> Option<std::cmp::Ordering> {
    let used = figures
        .number("usage")?
        .checked_mul(figures.number("reference_seconds")?)?;
    let reference = figures
        .number("reference_usage")?
        .checked_mul(figures.number("seconds")?)?;
    Some(used.cmp(&reference.checked_mul(factor)?))
}

/// V7: much more a day than a year ago, or than in the last period, or than the class.
pub(in crate::meter) fn high(compared: Compared<'_>, reference: Reference) -> Option<Finding> {
    let of = compared.rules.of(compared.commodity);
    let figures = compared
        .figures(reference)
        .with("factor", of.high_factor.normalize())
        .with("floor_per_day", of.high_floor_per_day.normalize())
        .with("hold_percent", of.high_hold_percent);
    evaluate(Rule::V7, compared.rules.version, figures.into())
}

pub(super) fn v7(figures: Figures) -> Option<Verdict> {
    let (per_day, reference) = averages(&figures)?;
    let factor = figures.number("factor")?;
    let limit = reference.checked_mul(factor)?;
    if !against(&figures, factor)?.is_gt() || per_day <= figures.number("floor_per_day")? {
        return None;
    }
    // What cannot be computed is far above any limit.
    let above = (per_day - limit)
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|above| above.checked_div(limit))
        .map_or(Decimal::MAX, |percent| {
            percent.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        });
    let (severity, advice) = if above >= figures.number("hold_percent")? {
        (Severity::Hold, "，需要复核")
    } else {
        (Severity::Warn, "")
    };
    let unit = figures.text("unit")?;
    let message = format!(
        "用量异常偏高：日均 {} {unit}，超过{}日均 {} {unit} 的 {factor} 倍{advice}",
        figure(per_day),
        basis_name(&figures)?,
        figure(reference),
    );
    Some(Verdict {
        severity,
        threshold: figure(limit),
        message,
        figures: figures.with("percent_above", figure(above)),
    })
}

/// V8: much less a day than expected, though something was used.
pub(in crate::meter) fn low(compared: Compared<'_>, reference: Reference) -> Option<Finding> {
    let low = compared.rules.of(compared.commodity).low?;
    let figures = compared
        .figures(reference)
        .with("factor", low.factor.normalize())
        .with("floor_per_day", low.floor_per_day.normalize());
    evaluate(Rule::V8, compared.rules.version, figures.into())
}

pub(super) fn v8(figures: Figures) -> Option<Verdict> {
    let (per_day, reference) = averages(&figures)?;
    let factor = figures.number("factor")?;
    // Nothing at all is V10's to tell.
    if per_day <= Decimal::ZERO
        || !against(&figures, factor)?.is_lt()
        || reference < figures.number("floor_per_day")?
    {
        return None;
    }
    let unit = figures.text("unit")?;
    let message = format!(
        "用量异常偏低：日均 {} {unit}，不足{}日均 {} {unit} 的 {factor} 倍",
        figure(per_day),
        basis_name(&figures)?,
        figure(reference),
    );
    Some(Verdict {
        severity: Severity::Warn,
        threshold: figure(reference.checked_mul(factor)?),
        message,
        figures,
    })
}

/// V9: the change from the period before, as a part of this period's usage, both by the day.
pub(in crate::meter) fn changed(compared: Compared<'_>, previous: Reference) -> Option<Finding> {
    let limit = compared.rules.of(compared.commodity).change_percent?;
    let figures = compared.figures(previous).with("limit_percent", limit);
    evaluate(Rule::V9, compared.rules.version, figures.into())
}

pub(super) fn v9(figures: Figures) -> Option<Verdict> {
    let (per_day, previous) = averages(&figures)?;
    let limit = figures.number("limit_percent")?;
    if per_day <= Decimal::ZERO {
        return None;
    }
    let percent = (per_day - previous)
        .abs()
        .checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(per_day)?;
    // Averages are quotients: a change exactly at the limit must not tip over by their last digit.
    if percent.round_dp(12) <= limit {
        return None;
    }
    let unit = figures.text("unit")?;
    let message = format!(
        "用量变化较大：日均 {} {unit}，上期日均 {} {unit}，变化 {}%，超过 {limit}%",
        figure(per_day),
        figure(previous),
        figure(percent),
    );
    Some(Verdict {
        severity: Severity::Warn,
        threshold: limit.to_string(),
        message,
        figures: figures.with("percent", figure(percent)),
    })
}

/// V10: nothing was used, and in how many months before.
pub(in crate::meter) fn zero(
    compared: Compared<'_>,
    idle_before: &[(DateTime<Utc>, DateTime<Utc>)],
    without_supply: &[WithoutSupply],
) -> Option<Finding> {
    let of = compared.rules.of(compared.commodity);
    let quiet = |month: &BillingMonth| of.zero_quiet_months.contains(&month.month());
    let month_of =
        |period: (DateTime<Utc>, DateTime<Utc>)| BillingMonth::of(business_date(period.1));
    let month = month_of(compared.span);
    if quiet(&month) {
        return None;
    }
    let supplied = |period: &&(DateTime<Utc>, DateTime<Utc>)| {
        !Share::of(without_supply, **period).is_at_least(of.zero_outage_percent)
    };
    let mut months: BTreeSet<BillingMonth> = idle_before
        .iter()
        .filter(supplied)
        .map(|period| month_of(*period))
        .collect();
    months.insert(month);
    months.retain(|month| !quiet(month));
    let figures = Figures::default()
        .with("usage", compared.usage)
        .with("months", months.len())
        .with("visit_months", of.zero_visit_months);
    let share = Share::of(without_supply, compared.span);
    let figures = if share.outages.is_empty() {
        figures
    } else {
        let outages: Vec<&str> = share.outages.iter().map(OutageId::as_str).collect();
        figures
            .with("outages", outages.join(" "))
            .with("outage_seconds", share.seconds)
            .with("seconds", share.of_seconds)
            .with("outage_percent_limit", of.zero_outage_percent)
    };
    evaluate(Rule::V10, compared.rules.version, figures.into())
}

/// How long there was no supply, by what a finding has kept; none where no notice was known.
fn outage(figures: &Figures) -> Option<(Decimal, bool)> {
    let seconds = figures.number("outage_seconds")?;
    let limit = figures.number("outage_percent_limit")?;
    let enough = covers(seconds, figures.number("seconds")?, limit);
    Some((seconds, enough))
}

pub(super) fn v10(figures: Figures) -> Option<Verdict> {
    if !figures.number("usage")?.is_zero() {
        return None;
    }
    let without_supply = outage(&figures);
    if without_supply.is_some_and(|(_, enough)| enough) {
        return None;
    }
    let months = figures.count("months")?;
    let (severity, mut message) = if months >= figures.count("visit_months")? {
        let message = format!("连续 {months} 个月用量为零（零度户），请安排人员查看");
        (Severity::Visit, message)
    } else {
        (Severity::Warn, "本期用量为零（零度户）".to_owned())
    };
    if let Some(hours) = without_supply.and_then(|(seconds, _)| seconds.checked_div(HOUR)) {
        let hours = hours.round_dp(1).normalize();
        message = format!("{message}；本期停供 {hours} 小时，不足以说明");
    }
    Some(Verdict {
        severity,
        threshold: "0".to_owned(),
        message,
        figures,
    })
}

/// V11: something was used where nothing could be.
pub(in crate::meter) fn inactive(compared: Compared<'_>, why: &str) -> Option<Finding> {
    let figures = Figures::default()
        .with("usage", compared.usage)
        .with("unit", compared.commodity.unit())
        .with("inactivity", why);
    evaluate(Rule::V11, compared.rules.version, figures.into())
}

pub(super) fn v11(figures: Figures) -> Option<Verdict> {
    if figures.number("usage")? <= Decimal::ZERO {
        return None;
    }
    let message = format!(
        "该表处于{}状态，却有用量 {} {}，请查找漏损或违规用能",
        figures.text("inactivity")?,
        figures.text("usage")?,
        figures.text("unit")?,
    );
    Some(Verdict {
        severity: Severity::Hold,
        threshold: "0".to_owned(),
        message,
        figures,
    })
}

/// V21: estimated so many times in a row, or so many months since somebody read the dial.
pub(in crate::meter) fn prolonged(
    rules: &RuleSet,
    commodity: Commodity,
    in_a_row: usize,
    months: u32,
) -> Option<Finding> {
    let estimation = &rules.of(commodity).estimation;
    let figures = Figures::default()
        .with("in_a_row", in_a_row)
        .with("months", months)
        .with("in_a_row_limit", estimation.in_a_row_max)
        .with("months_limit", estimation.months_max);
    evaluate(Rule::V21, rules.version, figures.into())
}

pub(super) fn v21(figures: Figures) -> Option<Verdict> {
    let (in_a_row, months) = (figures.count("in_a_row")?, figures.count("months")?);
    let (limit, months_limit) = (
        figures.count("in_a_row_limit")?,
        figures.count("months_limit")?,
    );
    if in_a_row < limit && months <= months_limit {
        return None;
    }
    Some(Verdict {
        severity: Severity::Visit,
        threshold: format!("{limit}/{months_limit}"),
        message: format!("已连续估抄 {in_a_row} 次，距上次实抄 {months} 个月，请安排上门抄表"),
        figures,
    })
}
