//! The rules, each a pure function from the figures a finding keeps to the finding itself: what
//! was found can be computed again from what is written down (X6).

mod dial;
mod evidence;
mod figures;
mod intervals;
mod photo;
mod registers;
mod typing;
mod usage;

use std::collections::BTreeMap;

pub(super) use dial::{OutOfOrder, capacity, direction, out_of_order, true_up};
pub(super) use evidence::{at_another_time, away_from_its_place};
pub(super) use figures::Figures;
pub(super) use photo::other_than_its_photo;
pub(super) use registers::{siblings, sum_of_rates};
pub(super) use typing::{Plausible, mistyped};
pub(super) use usage::{Compared, changed, class_mean, high, inactive, low, prolonged, zero};

use super::{Finding, Rule, Severity};

/// The finding a rule leaves on its inputs, if any.
pub(super) fn evaluate(
    rule: Rule,
    version: u32,
    inputs: BTreeMap<String, String>,
) -> Option<Finding> {
    let figures = Figures::from(inputs);
    let verdict = match rule {
        Rule::V2 => dial::v2(figures),
        Rule::V4 => dial::v4(figures),
        Rule::V5 => dial::v5(figures),
        Rule::V6 => dial::v6(figures),
        Rule::V7 => usage::v7(figures),
        Rule::V8 => usage::v8(figures),
        Rule::V9 => usage::v9(figures),
        Rule::V10 => usage::v10(figures),
        Rule::V11 => usage::v11(figures),
        Rule::V12 => intervals::v12(figures),
        Rule::V13 => registers::v13(figures),
        Rule::V14 => intervals::v14(figures),
        Rule::V15 => intervals::v15(figures),
        Rule::V16 => registers::v16(figures),
        Rule::V17 => registers::v17(figures),
        Rule::V21 => usage::v21(figures),
        Rule::V22 => typing::v22(figures),
        Rule::V23 => photo::v23(figures),
        Rule::V24 => evidence::v24(figures),
        Rule::V25 => intervals::v25(figures),
    }?;
    Some(Finding {
        rule,
        version,
        severity: verdict.severity,
        inputs: verdict.figures.into(),
        threshold: verdict.threshold,
        message: verdict.message,
    })
}

/// What a rule says, before it is put down under its name and version.
struct Verdict {
    severity: Severity,
    threshold: String,
    message: String,
    figures: Figures,
}
