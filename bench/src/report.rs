//! Figures as tables for people and as JSON for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::figures::{Figures, Unit, spread};

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn thousandths(value: u64) -> String {
    format!("{}.{:02}", value / 1000, value % 1000 / 10)
}

fn shown(unit: Unit, value: u64) -> String {
    match unit {
        Unit::PerSecond => grouped(value),
        Unit::MegabytesPerSecond => format!("{} MB/s", grouped(value)),
        Unit::Megabytes => format!("{} MB", grouped(value)),
        Unit::Microseconds => format!("{} ms", thousandths(value)),
    }
}

/// The tables of `docs/benchmarks.md`.
pub(crate) fn tables(figures: &Figures) -> String {
    let mut text =
        String::from("| work | who | median | least – greatest |\n|---|---|---:|---:|\n");
    for series in figures.series() {
        let (median, least, greatest) = spread(&series.rounds);
        let show = |value| shown(series.unit, value);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} – {} |",
            series.work,
            series.who,
            show(median),
            show(least),
            show(greatest)
        );
    }
    text.push_str("\n| work | ratio | median | least – greatest |\n|---|---|---:|---:|\n");
    for ratio in figures.ratios() {
        let (median, least, greatest) = spread(&ratio.thousandths);
        let _ = writeln!(
            text,
            "| {} | {} ÷ {} | {} | {} – {} |",
            ratio.work,
            ratio.who,
            ratio.to,
            thousandths(median),
            thousandths(least),
            thousandths(greatest)
        );
    }
    text
}

pub(crate) fn machine_readable(figures: &Figures, setting: &Value) -> Value {
    json!({
        "setting": setting,
        "series": figures.series(),
        "ratios": figures.ratios(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_times_are_milliseconds() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(shown(Unit::MegabytesPerSecond, 1_200), "1,200 MB/s");
        assert_eq!(shown(Unit::Microseconds, 1_250), "1.25 ms");
    }

    #[test]
    fn a_ratio_stands_beside_its_spread() {
        let mut figures = Figures::default();
        figures.note("load", "store", Unit::Microseconds, 4_000);
        figures.note("load", "raw", Unit::Microseconds, 2_000);
        figures.compare("load", "store", "raw");
        let text = tables(&figures);
        assert!(text.contains("| load | store | 4.00 ms | 4.00 ms – 4.00 ms |"));
        assert!(text.contains("| load | store ÷ raw | 2.00 | 2.00 – 2.00 |"));
    }
}
