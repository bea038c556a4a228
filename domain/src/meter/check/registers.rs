//! V13, V16 and V17: whether intervals and registers agree and are all there.

use rust_decimal::Decimal;

use super::figures::figure;
use super::{Figures, Verdict};
use crate::meter::Severity;
use crate::units::{Index, RateIndexes, RateRegister};

/// V13 (Längsvergleich): the intervals add up to what the register moved by.
pub(super) fn v13(figures: Figures) -> Option<Verdict> {
    let multiplier = figures.number("multiplier")?;
    let sum = figures.number("sum")?.checked_mul(multiplier)?;
    let advance = figures.number("end_index")? - figures.number("start_index")?;
    let advance = advance.checked_mul(multiplier)?;
    let limit = figures.number("limit_percent")?;
    let apart = (sum - advance).abs();
    if apart.checked_mul(Decimal::ONE_HUNDRED)? <= limit.checked_mul(advance.abs())? {
        return None;
    }
    let message = format!(
        "间隔用量合计 {}，表码走字 {}，相差超过 {limit}%，本批数据不予采用",
        figure(sum),
        figure(advance),
    );
    Some(Verdict {
        severity: Severity::Hold,
        threshold: limit.to_string(),
        message,
        figures,
    })
}

/// What V16 looks at of a time-of-use meter.
pub(in crate::meter) fn siblings(rates: &RateIndexes) -> Figures {
    let names = |registers: &mut dyn Iterator<Item = &RateRegister>| {
        let names: Vec<&str> = registers.map(|register| register.as_str()).collect();
        names.join(" ")
    };
    Figures::default()
        .with("kind", "register")
        .with("expected", names(&mut RateRegister::EXPECTED.iter()))
        .with("present", names(&mut rates.keys()))
}

/// What V17 looks at.
pub(in crate::meter) fn sum_of_rates(total: Index, rates: &RateIndexes, decimals: u8) -> Figures {
    let shown: Vec<String> = rates.values().map(ToString::to_string).collect();
    Figures::default()
        .with("total", total)
        .with("rates", shown.join(" "))
        .with("decimals", decimals)
}

/// V16: every interval and every register that is expected has come.
pub(super) fn v16(figures: Figures) -> Option<Verdict> {
    let present = figures.list("present");
    let expected = figures.list("expected");
    let missing: Vec<&str> = expected
        .into_iter()
        .filter(|name| !present.contains(name))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let what = if figures.text("kind")? == "register" {
        "费率寄存器"
    } else {
        "间隔"
    };
    let message = format!("缺少{what} {}，需要补采", missing.join("、"));
    let missing = missing.join(" ");
    Some(Verdict {
        severity: Severity::Hold,
        threshold: "0".to_owned(),
        message,
        figures: figures.with("missing", missing),
    })
}

/// V17: the rates add up to the total, but for a last digit each; and none has gone back.
pub(super) fn v17(figures: Figures) -> Option<Verdict> {
    let rates = figures.list("rates");
    let last_digit = Decimal::new(1, figures.count("decimals")?);
    let allowed = last_digit * Decimal::from(rates.len());
    let sum = rates
        .iter()
        .map(|rate| rate.parse::<Decimal>().ok())
        .sum::<Option<Decimal>>()?;
    let total = figures.number("total")?;
    let back = figures.text("back").map(ToOwned::to_owned);
    let message = match back {
        _ if (total - sum).abs() > allowed => {
            format!("总示数 {total} 与各费率示数之和 {sum} 相差超过 {allowed}，需要复核")
        }
        Some(register) => format!("{register}段示数比上次小，需要复核"),
        None => return None,
    };
    Some(Verdict {
        severity: Severity::Hold,
        threshold: allowed.to_string(),
        message,
        figures,
    })
}
