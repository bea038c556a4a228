//! V23: whether the photo bears the reading out.

use super::{Figures, Verdict, evaluate};
use crate::meter::{Certainty, Finding, PhotoCheck, PhotoVerdict, ReuseSign, Rule, Severity};
use crate::units::Index;
use crate::validation_rules::RuleSet;

/// V23: the photo clearly shows another index or another meter, or was used for another reading.
/// A photo that is only unclear never stops a reading.
pub(in crate::meter) fn other_than_its_photo(
    rules: &RuleSet,
    hold_percent: u32,
    index: Index,
    check: &PhotoCheck,
) -> Option<Finding> {
    let certainty = check.certainty.map(Certainty::thousandths);
    let figures = Figures::default()
        .with("verdict", check.verdict.as_str())
        .with("index", index)
        .with_some("shown", check.shown.as_deref())
        .with_some("certainty_thousandths", certainty)
        .with("hold_percent", hold_percent);
    let figures = match check.verdict {
        PhotoVerdict::WrongMeter => figures.with("codes", check.codes.join(" ")),
        _ => figures,
    };
    let figures = match &check.reused {
        Some(reused) => figures
            .with("reused_sign", sign(reused.sign))
            .with("reused_meter", &reused.meter_no)
            .with("reused_reading", &reused.reading_id),
        None => figures,
    };
    evaluate(Rule::V23, rules.version, figures.into())
}

const SIGNS: [ReuseSign; 4] = [
    ReuseSign::SameBytes,
    ReuseSign::SameMoment,
    ReuseSign::OtherMeterShowsTheSame,
    ReuseSign::NothingMoved,
];

const fn sign(sign: ReuseSign) -> &'static str {
    match sign {
        ReuseSign::SameBytes => "same_bytes",
        ReuseSign::SameMoment => "same_moment",
        ReuseSign::OtherMeterShowsTheSame => "other_meter_shows_the_same",
        ReuseSign::NothingMoved => "nothing_moved",
    }
}

pub(super) fn v23(figures: Figures) -> Option<Verdict> {
    let limit = figures.count("hold_percent")?;
    let message = message(&figures, limit)?;
    Some(Verdict {
        severity: Severity::Hold,
        threshold: limit.to_string(),
        message,
        figures,
    })
}

fn message(figures: &Figures, limit: u32) -> Option<String> {
    if let Some(written) = figures.text("reused_sign") {
        let found = SIGNS.into_iter().find(|it| sign(*it) == written)?;
        let meter_no = figures.text("reused_meter")?;
        return Some(format!(
            "照片与表 {meter_no} 此前一次抄表的照片{}，请重新拍照",
            found.label()
        ));
    }
    let verdict = figures.text("verdict")?;
    if verdict == PhotoVerdict::WrongMeter.as_str() {
        let codes = figures.text("codes")?;
        return Some(format!("照片上的条码 {codes} 不是这块表的"));
    }
    if verdict != PhotoVerdict::Mismatch.as_str() {
        return None;
    }
    let certainty = figures.count("certainty_thousandths")?;
    if certainty < limit * 10 {
        return None;
    }
    let (shown, index) = (figures.text("shown")?, figures.text("index")?);
    Some(format!(
        "照片上的示数是 {shown}，与录入的 {index} 不符（识别把握 {}%）",
        certainty / 10
    ))
}
