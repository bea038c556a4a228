//! V24: whether a reading was taken where its meter is, and its photo when it was.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::figures::figure;
use super::{Figures, Verdict, evaluate};
use crate::meter::{Finding, Rule, Severity};
use crate::units::GeoPoint;
use crate::validation_rules::RuleSet;

/// V24: read too far from the place marked for the meter.
pub(in crate::meter) fn away_from_its_place(
    rules: &RuleSet,
    limit_metres: u32,
    read: GeoPoint,
    marked: GeoPoint,
) -> Option<Finding> {
    let figures = Figures::default()
        .with("latitude", read.latitude())
        .with("longitude", read.longitude())
        .with("marked_latitude", marked.latitude())
        .with("marked_longitude", marked.longitude())
        .with("limit_metres", limit_metres);
    evaluate(Rule::V24, rules.version, figures.into())
}

/// V24: the time printed on the photo is not that of the reading.
pub(in crate::meter) fn at_another_time(
    rules: &RuleSet,
    limit_minutes: u32,
    watermark: DateTime<Utc>,
    read_at: DateTime<Utc>,
) -> Option<Finding> {
    let figures = Figures::default()
        .with_instant("watermark_at", watermark)
        .with_instant("read_at", read_at)
        .with("limit_minutes", limit_minutes);
    evaluate(Rule::V24, rules.version, figures.into())
}

pub(super) fn v24(figures: Figures) -> Option<Verdict> {
    if figures.text("watermark_at").is_some() {
        time(figures)
    } else {
        place(figures)
    }
}

fn place(figures: Figures) -> Option<Verdict> {
    let point = |latitude: &str, longitude: &str| {
        GeoPoint::try_new(figures.number(latitude)?, figures.number(longitude)?).ok()
    };
    let read = point("latitude", "longitude")?;
    let marked = point("marked_latitude", "marked_longitude")?;
    let limit = figures.count("limit_metres")?;
    let metres = read.metres_to(marked);
    if metres <= u64::from(limit) {
        return None;
    }
    Some(Verdict {
        severity: Severity::Warn,
        threshold: limit.to_string(),
        message: format!("抄表位置距该表标记位置 {metres} 米，超过 {limit} 米"),
        figures: figures.with("metres", metres),
    })
}

fn time(figures: Figures) -> Option<Verdict> {
    let apart = figures.instant("watermark_at")? - figures.instant("read_at")?;
    let limit = figures.count("limit_minutes")?;
    let seconds = Decimal::from(apart.num_seconds().unsigned_abs());
    if seconds <= Decimal::from(limit) * Decimal::from(60) {
        return None;
    }
    let minutes = figure((seconds / Decimal::from(60)).round_dp(1));
    Some(Verdict {
        severity: Severity::Warn,
        threshold: limit.to_string(),
        message: format!("照片水印时间与抄表时间相差 {minutes} 分钟，超过 {limit} 分钟"),
        figures: figures.with("minutes", minutes),
    })
}
