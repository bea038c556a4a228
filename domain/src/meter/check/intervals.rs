//! V12, V14, V15 and V25: rules over a row of intervals. A value that is not there is written `-`.

use rust_decimal::Decimal;

use super::figures::figure;
use super::{Figures, Verdict};
use crate::meter::Severity;

/// The intervals of a finding, in the order of time.
fn values(figures: &Figures) -> Option<Vec<Option<Decimal>>> {
    let value = |text: &str| match text {
        "-" => Some(None),
        text => text.parse().ok().map(Some),
    };
    figures.list("values").into_iter().map(value).collect()
}

/// V12: the highest interval stands out from the third highest.
pub(super) fn v12(figures: Figures) -> Option<Verdict> {
    let ratio = figures.number("ratio")?;
    let mut sorted: Vec<Decimal> = values(&figures)?.into_iter().flatten().collect();
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    let (first, third) = (*sorted.first()?, *sorted.get(2)?);
    if third <= Decimal::ZERO {
        return None;
    }
    let above = (first - third).checked_div(third)?;
    if above <= ratio {
        return None;
    }
    let unit = figures.text("unit")?;
    let message = format!(
        "当日最大间隔用量 {} {unit}，比第三大的 {} {unit} 高出 {} 倍，超过 {ratio} 倍",
        figure(first),
        figure(third),
        figure(above),
    );
    Some(Verdict {
        severity: Severity::Warn,
        threshold: ratio.to_string(),
        message,
        figures: figures.with("above", figure(above)),
    })
}

/// V14: a register that does not move, or always by the same.
pub(super) fn v14(figures: Figures) -> Option<Verdict> {
    let values = values(&figures)?;
    let step = figures.count("step_minutes")?;
    let (slots, minutes) = (
        figures.count("stale_slots")?,
        figures.count("zero_run_minutes")?,
    );
    let (mut same, mut idle) = (0_u32, figures.count("idle_minutes_before")?);
    let (mut longest_same, mut longest_idle) = (0, idle);
    let mut last = None;
    for value in values {
        let moved = value.filter(|value| !value.is_zero());
        same = match moved {
            Some(_) if moved == last => same + 1,
            Some(_) => 1,
            None => 0,
        };
        idle = match value {
            Some(value) if value.is_zero() => idle.saturating_add(step),
            _ => 0,
        };
        last = moved;
        longest_same = longest_same.max(same);
        longest_idle = longest_idle.max(idle);
    }
    let (threshold, message) = if longest_same >= slots {
        let message = format!("连续 {longest_same} 个间隔的用量完全相同，计量或采集可能失灵");
        (slots, message)
    } else if longest_idle >= minutes {
        let message = format!("连续 {longest_idle} 分钟用量为零，请核实是否停用或失灵");
        (minutes, message)
    } else {
        return None;
    };
    Some(Verdict {
        severity: Severity::Warn,
        threshold: threshold.to_string(),
        message,
        figures,
    })
}

/// What makes the median deviation of normally spread values their standard deviation.
const SPREAD: Decimal = Decimal::from_parts(14_826, 0, 0, false, 4);

/// V15 (Hampel): an interval far from the median of its neighbours.
pub(super) fn v15(figures: Figures) -> Option<Verdict> {
    let values = values(&figures)?;
    let factor = figures.number("factor")?;
    let floor = figures.number("floor")?;
    let neighbours = usize::try_from(figures.count("neighbours")?).ok()?;
    let mut outliers = Vec::new();
    for (slot, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let from = slot.saturating_sub(neighbours);
        let window = values.get(from..values.len().min(slot + neighbours + 1))?;
        let known: Vec<Decimal> = window.iter().flatten().copied().collect();
        // At the ends of the row one side is enough, but no less.
        if known.len() <= neighbours {
            continue;
        }
        let middle = median(known.clone())?;
        let deviations = known.iter().map(|other| (other - middle).abs()).collect();
        let spread = (SPREAD * median(deviations)?).max(floor);
        if (value - middle).abs() > factor.checked_mul(spread)? {
            outliers.push(slot.to_string());
        }
    }
    if outliers.is_empty() {
        return None;
    }
    let message = format!("第 {} 个间隔的用量明显偏离前后各间隔", outliers.join("、"));
    Some(Verdict {
        severity: Severity::Warn,
        threshold: factor.to_string(),
        message,
        figures: figures.with("outliers", outliers.join(" ")),
    })
}

fn median(mut values: Vec<Decimal>) -> Option<Decimal> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some((*values.get(middle.checked_sub(1)?)? + upper) / Decimal::TWO)
}

/// V25: a leak, a burst, or what the device says of itself.
pub(super) fn v25(figures: Figures) -> Option<Verdict> {
    match figures.text("kind")? {
        "leak" => leak(figures),
        "burst" => burst(figures),
        _ => device_code(figures),
    }
}

/// Water flows in every hour.
fn leak(figures: Figures) -> Option<Verdict> {
    let hours = values(&figures)?;
    let needed = figures.count("hours")?;
    let floor = figures.number("floor_per_hour")?;
    if hours.len() < usize::try_from(needed).ok()? {
        return None;
    }
    let mut least: Option<Decimal> = None;
    for hour in hours {
        // An hour nobody knows of may have been a still one.
        let flow = hour.filter(|flow| *flow > floor)?;
        least = Some(least.map_or(flow, |least| least.min(flow)));
    }
    let least = figure(least?);
    Some(Verdict {
        severity: Severity::Visit,
        threshold: needed.to_string(),
        message: format!(
            "连续 {needed} 小时不间断用水，最小每小时 {least} m³，可能漏水，请上门检查"
        ),
        figures: figures.with("least_per_hour", least),
    })
}

/// Much water for half an hour on end.
fn burst(figures: Figures) -> Option<Verdict> {
    let values = values(&figures)?;
    let step = figures.count("step_minutes")?;
    let minutes = figures.count("minutes")?;
    let percent = figures.number("percent")?;
    let nominal = figures.number("nominal_per_hour")?;
    let limit = nominal
        .checked_mul(percent)?
        .checked_div(Decimal::ONE_HUNDRED)?;
    let (mut lasted, mut longest) = (0_u32, 0);
    for value in values {
        let above = value.is_some_and(|value| {
            let per_hour = value * Decimal::from(60) / Decimal::from(step.max(1));
            per_hour > limit
        });
        lasted = if above {
            lasted.saturating_add(step)
        } else {
            0
        };
        longest = longest.max(lasted);
    }
    if longest < minutes {
        return None;
    }
    let message = format!(
        "连续 {longest} 分钟流量超过常用流量的 {percent}%（每小时 {} m³），可能爆管，请立即检查",
        figure(limit)
    );
    Some(Verdict {
        severity: Severity::Visit,
        threshold: figure(limit),
        message,
        figures: figures.with("lasted_minutes", longest),
    })
}

/// What a device tells of itself is believed; what was tampered with is not billed unseen.
fn device_code(figures: Figures) -> Option<Verdict> {
    let (severity, message) = match figures.text("kind")? {
        "leak_code" => (Severity::Visit, "表具报告持续漏水，请上门检查"),
        "burst_code" => (Severity::Visit, "表具报告爆管，请立即检查"),
        "dry" => (Severity::Warn, "表具报告管内无水"),
        "reverse" => (Severity::Warn, "表具报告水流反向"),
        "tamper" => (Severity::Hold, "表具报告被拆动，读数不得用于计费，需要复核"),
        _ => return None,
    };
    Some(Verdict {
        severity,
        threshold: String::new(),
        message: message.to_owned(),
        figures,
    })
}
