//! V22: an index that makes no sense where it was entered, and would make sense with two digits
//! exchanged, or on the meter next door. It is suggested, never applied.

use rust_decimal::Decimal;

use super::{Figures, Verdict, evaluate};
use crate::meter::{Finding, Rule, Severity};
use crate::units::{Index, MeterNo};
use crate::validation_rules::RuleSet;

/// The indexes a meter may show next without any rule holding them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::meter) struct Plausible {
    pub(in crate::meter) lowest: Index,
    /// None where nothing limits it.
    pub(in crate::meter) highest: Option<Decimal>,
}

impl Plausible {
    fn allows(self, index: Decimal) -> bool {
        self.lowest.value() <= index && self.highest.is_none_or(|highest| index <= highest)
    }
}

/// `next_door` are the meters before and after in the walk.
pub(in crate::meter) fn mistyped(
    rules: &RuleSet,
    index: Index,
    own: Plausible,
    next_door: &[(MeterNo, Plausible)],
) -> Option<Finding> {
    let neighbours: Vec<String> = next_door
        .iter()
        .map(|(meter_no, plausible)| {
            let highest = plausible
                .highest
                .map(|highest| highest.normalize().to_string());
            let highest = highest.unwrap_or_default();
            format!("{meter_no}:{}:{highest}", plausible.lowest)
        })
        .collect();
    let figures = Figures::default()
        .with("index", index)
        .with("lowest", own.lowest)
        .with_some("highest", own.highest.map(|highest| highest.normalize()))
        .with("neighbours", neighbours.join(" "));
    evaluate(Rule::V22, rules.version, figures.into())
}

pub(super) fn v22(figures: Figures) -> Option<Verdict> {
    let entered: Decimal = figures.number("index")?;
    let own = Plausible {
        lowest: figures.text("lowest")?.parse().ok()?,
        highest: figures.number("highest"),
    };
    if own.allows(entered) {
        return None;
    }
    let exchanged: Vec<String> = exchanges(figures.text("index")?)
        .into_iter()
        .filter(|text| text.parse().is_ok_and(|index| own.allows(index)))
        .collect();
    let next_door: Vec<&str> = figures
        .list("neighbours")
        .into_iter()
        .filter_map(|neighbour| fits_next_door(neighbour, entered))
        .collect();
    let mut sentences = Vec::new();
    if !exchanged.is_empty() {
        sentences.push(format!(
            "可能有两位数字颠倒，应为 {}",
            exchanged.join(" 或 ")
        ));
    }
    if !next_door.is_empty() {
        sentences.push(format!("可能抄成了邻表 {} 的读数", next_door.join("、")));
    }
    if sentences.is_empty() {
        return None;
    }
    let message = format!(
        "读数 {entered} {}，请核对表盘后重新录入",
        sentences.join("；")
    );
    let (exchanged, next_door) = (exchanged.join(" "), next_door.join(" "));
    Some(Verdict {
        severity: Severity::Warn,
        threshold: own.lowest.to_string(),
        message,
        figures: figures
            .with("suggested_index", exchanged)
            .with("suggested_meter", next_door),
    })
}

/// The number of a neighbour the index would fit, written `number:lowest:highest`.
fn fits_next_door(neighbour: &str, index: Decimal) -> Option<&str> {
    // From the right: what a number may consist of is not for this rule to say.
    let mut parts = neighbour.rsplitn(3, ':');
    let highest = parts.next()?.parse().ok();
    let lowest = parts.next()?.parse().ok()?;
    let meter_no = parts.next()?;
    Plausible { lowest, highest }
        .allows(index)
        .then_some(meter_no)
}

/// Every index that results from exchanging two digits next to each other.
fn exchanges(index: &str) -> Vec<String> {
    let digits: Vec<char> = index.chars().collect();
    let places: Vec<usize> = (0..digits.len()).filter(|at| digits[*at] != '.').collect();
    let mut results = Vec::new();
    for pair in places.windows(2) {
        if let [one, other] = *pair
            && digits[one] != digits[other]
        {
            let mut exchanged = digits.clone();
            exchanged.swap(one, other);
            results.push(exchanged.into_iter().collect());
        }
    }
    results
}
