//! The verdict on an index: V2 places a late one; V4 to V6 ask what the dial can have done, V7 to
//! V11 whether the usage is like others, V22 to V24 whether the reader went wrong. V3 refuses.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::check::{self, Compared, OutOfOrder, Plausible};
use super::command::SubmitReading;
use super::estimate::true_up;
use super::installation::{Installation, Leg, Point, minus, plus};
use super::submission::{is_reversed, place};
use super::timeline::{Reference, Timeline, seconds_between};
use super::{
    Finding, MeterError, MeterState, ReadState, ReadingReestimated, Reapportioned, Rule, Severity,
    rates,
};
use crate::units::{Commodity, Quantity};
use crate::validation_rules::RuleSet;

/// What the rules make of an index.
pub(super) struct Judged {
    pub(super) previous: Point,
    pub(super) findings: Vec<Finding>,
    pub(super) held: bool,
    /// None where the index says nothing about usage.
    pub(super) counted: Option<Counted>,
}

pub(super) struct Counted {
    pub(super) usage: Quantity,
    pub(super) cumulative: Quantity,
    pub(super) made_anew: Vec<ReadingReestimated>,
    pub(super) reapportioned: Option<Reapportioned>,
}

pub(super) fn judge(meter: &MeterState, command: &SubmitReading) -> Result<Judged, MeterError> {
    let at = command.read_at;
    let installation = meter
        .timeline
        .installation_at(at)
        .ok_or(MeterError::NoDevice)?;
    installation.check_range(command.index, "index")?;
    for index in command.evidence.rates.values() {
        installation.check_range(*index, "rates")?;
    }
    let mut judged = if meter.timeline.last().is_some_and(|last| at < last.at) {
        late(meter, command, installation)?
    } else {
        in_order(meter, command, installation)?
    };
    judged.findings.extend(rates::judge(meter, command));
    judged.findings.extend(place_and_time(meter, command));
    judged.findings.extend(photo(meter, command));
    judged.held = judged
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Hold);
    Ok(judged)
}

/// V2: what comes late takes its place, if it agrees with what was read around it.
fn late(
    meter: &MeterState,
    command: &SubmitReading,
    installation: &Installation,
) -> Result<Judged, MeterError> {
    let timeline = &meter.timeline;
    let (index, at) = (command.index, command.read_at);
    let previous = timeline.before(installation, at);
    let leg = leg(installation, previous, command)?;
    let counted = match place(timeline, installation, (index, at), (previous, leg), false) {
        Ok((_, cumulative)) if !overtakes(timeline, installation, at, cumulative) => {
            let baseline = timeline.baseline(at).ok_or(MeterError::NoDevice)?;
            Some(Counted {
                usage: minus(cumulative, baseline.cumulative)?,
                cumulative,
                made_anew: Vec::new(),
                reapportioned: timeline.reapportioned(at, cumulative, Quantity::ZERO)?,
            })
        }
        Ok(_)
        | Err(
            MeterError::ReadingWentBackwards { .. } | MeterError::ReadingContradictsLater { .. },
        ) => None,
        Err(error) => return Err(error),
    };
    let late = OutOfOrder {
        index,
        read_at: at,
        previous,
        next: timeline.after(installation, at),
        fits: counted.is_some(),
    };
    Ok(Judged {
        previous,
        findings: check::out_of_order(&command.rules, &late)
            .into_iter()
            .collect(),
        held: false,
        counted,
    })
}

/// Whether an estimate made since says less was used: that a person decides.
fn overtakes(
    timeline: &Timeline,
    installation: &Installation,
    at: DateTime<Utc>,
    cumulative: Quantity,
) -> bool {
    timeline
        .after(installation, at)
        .is_some_and(|next| next.cumulative < cumulative)
}

fn leg(
    installation: &Installation,
    previous: Point,
    command: &SubmitReading,
) -> Result<Leg, MeterError> {
    if is_reversed(command.evidence.state) {
        installation.leg_down(previous, command.index)
    } else {
        installation.leg(previous, command.index, command.read_at)
    }
}

fn in_order(
    meter: &MeterState,
    command: &SubmitReading,
    installation: &Installation,
) -> Result<Judged, MeterError> {
    let (rules, commodity) = (&command.rules, meter.registered.commodity);
    let current = (command.index, command.read_at);
    let always = command.evidence.state == Some(ReadState::DerivedActual);
    let trued = true_up(&meter.timeline, installation, current, always)?;
    let (made_anew, trued) = trued.map_or_else(Default::default, |trued| {
        let entered = (command.index, trued.cumulative);
        let finding = check::true_up(rules, trued.between, entered);
        (trued.made_anew, finding)
    });
    let timeline = meter.timeline.with(&made_anew);
    let previous = timeline.before(installation, command.read_at);
    let leg = leg(installation, previous, command)?;
    let here = (installation, previous);
    let mut findings: Vec<Finding> = trued.into_iter().collect();
    findings.extend(check::direction(rules, commodity, here, current, leg));
    let counted = match leg.plausible_usage() {
        Some(used) => {
            let cumulative = plus(previous.cumulative, used)?;
            let baseline = timeline
                .baseline(command.read_at)
                .ok_or(MeterError::NoDevice)?;
            let usage = minus(cumulative, baseline.cumulative)?;
            if let Leg::Forward { usage } = leg {
                findings.extend(check::capacity(rules, commodity, here, current.1, usage));
            }
            let span = (baseline.at, command.read_at);
            findings.extend(alike(meter, &timeline, command, usage, span));
            Some(Counted {
                usage,
                cumulative,
                made_anew,
                reapportioned: None,
            })
        }
        None => None,
    };
    let doubted = findings
        .iter()
        .any(|finding| finding.severity == Severity::Hold && is_doubt_of_the_index(finding.rule));
    if doubted && let Some(own) = plausible_next(rules, commodity, &timeline, command.read_at) {
        findings.extend(check::mistyped(
            rules,
            command.index,
            own,
            &command.next_door,
        ));
    }
    Ok(Judged {
        previous,
        findings,
        held: false,
        counted,
    })
}

const fn is_doubt_of_the_index(rule: Rule) -> bool {
    matches!(rule, Rule::V4 | Rule::V5 | Rule::V6 | Rule::V7)
}

/// V7 to V11.
fn alike(
    meter: &MeterState,
    timeline: &Timeline,
    command: &SubmitReading,
    usage: Quantity,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Vec<Finding> {
    let compared = Compared {
        rules: &command.rules,
        commodity: meter.registered.commodity,
        usage,
        span,
    };
    if let Some(why) = meter.supply().inactive_throughout(span.0, span.1) {
        // Out of use, nothing used is what is expected, and nothing else is.
        let found = check::inactive(compared, why.label());
        return found.into_iter().collect();
    }
    let mut findings = Vec::new();
    if let Some(reference) = expected(&command.rules, compared.commodity, timeline, span) {
        findings.extend(check::high(compared, reference));
        findings.extend(check::low(compared, reference));
    }
    if let Some(previous) = timeline.previous_period(span.1) {
        findings.extend(check::changed(compared, previous));
    }
    findings.extend(check::zero(
        compared,
        &timeline.idle_before(span.1),
        &command.without_supply,
    ));
    findings
}

/// The periods in which nothing was used, this one with them, where V10 would tell of it: then it
/// is worth asking whether there was any supply.
pub(super) fn idle_periods(
    meter: &MeterState,
    command: &SubmitReading,
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let (timeline, at) = (&meter.timeline, command.read_at);
    let unmoved = |installation| {
        let points = [
            timeline.before(installation, at),
            timeline.actual_before(installation, at),
        ];
        points.iter().any(|point| point.index == command.index)
    };
    let told_of = || {
        judge(meter, command).is_ok_and(|judged| {
            let mut findings = judged.findings.iter();
            findings.any(|finding| finding.rule == Rule::V10)
        })
    };
    // Most dials have moved: those are judged once.
    if !timeline.installation_at(at).is_some_and(unmoved) || !told_of() {
        return Vec::new();
    }
    let this = timeline.baseline(at).map(|baseline| (baseline.at, at));
    let mut periods = timeline.idle_before(at);
    periods.extend(this);
    periods
}

/// The same dates last year, else the period before, else the class.
fn expected(
    rules: &RuleSet,
    commodity: Commodity,
    timeline: &Timeline,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Option<Reference> {
    timeline
        .reference(span.0, span.1)
        .or_else(|| check::class_mean(rules, commodity))
}

/// The indexes no rule would hold at an instant. None where there is no device, or its numbers are
/// too large to reckon with.
fn plausible_next(
    rules: &RuleSet,
    commodity: Commodity,
    timeline: &Timeline,
    at: DateTime<Utc>,
) -> Option<Plausible> {
    let installation = timeline.installation_at(at)?;
    let previous = timeline.before(installation, at);
    let baseline = timeline.baseline(at)?;
    let carried = minus(previous.cumulative, baseline.cumulative)
        .ok()?
        .value();
    let of = rules.of(commodity);
    let high = expected(rules, commodity, timeline, (baseline.at, at)).and_then(|reference| {
        let seconds = Decimal::from(seconds_between(baseline.at, at));
        let limit = reference
            .usage
            .checked_mul(of.high_factor)?
            .checked_mul(seconds)?;
        let limit = limit.checked_div(Decimal::from(reference.seconds))?;
        let floor = of.high_floor_per_day.checked_mul(seconds)?;
        let floor = floor.checked_div(Decimal::from(86_400))?;
        Some(limit.max(floor) - carried)
    });
    let most = [
        high,
        installation
            .limit_between(previous.at, at)
            .map(Quantity::value),
    ];
    let highest = most.into_iter().flatten().min().map(|usage| {
        let moved = usage / installation.device.multiplier.value();
        (previous.index.value() + moved).round_dp(4)
    });
    Some(Plausible {
        lowest: previous.index,
        highest,
    })
}

/// Whether the index itself would be doubted: then it is worth looking next door.
pub(super) fn is_in_doubt(meter: &MeterState, command: &SubmitReading) -> bool {
    judge(meter, command).is_ok_and(|judged| {
        let mut rules = judged
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Hold);
        rules.any(|finding| is_doubt_of_the_index(finding.rule))
    })
}

/// What a meter next door may show next.
pub(super) fn plausible_now(
    meter: &MeterState,
    rules: &RuleSet,
    at: DateTime<Utc>,
) -> Option<Plausible> {
    plausible_next(rules, meter.registered.commodity, &meter.timeline, at)
}

/// V23.
fn photo(meter: &MeterState, command: &SubmitReading) -> Option<Finding> {
    let of = command.rules.of(meter.registered.commodity);
    let check = command.photo_check.as_ref()?;
    check::other_than_its_photo(&command.rules, of.photo_hold_percent, command.index, check)
}

/// V24.
fn place_and_time(meter: &MeterState, command: &SubmitReading) -> Vec<Finding> {
    let (rules, evidence) = (&command.rules, &command.evidence);
    let of = rules.of(meter.registered.commodity);
    let mut findings = Vec::new();
    if let (Some(limit), Some(read), Some(marked)) =
        (of.place_metres, evidence.position, command.marked_at)
    {
        findings.extend(check::away_from_its_place(rules, limit, read, marked));
    }
    if let (Some(limit), Some(watermark)) = (of.watermark_minutes, evidence.watermark_at) {
        findings.extend(check::at_another_time(
            rules,
            limit,
            watermark,
            command.read_at,
        ));
    }
    findings
}
