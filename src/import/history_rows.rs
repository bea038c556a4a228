use chaobiao_decision::Rejection;
use chaobiao_domain::historic_usage::RecordHistoricUsage;
use chaobiao_domain::units::{BillingMonth, ImportBatchId, Quantity, ValueError, normalise_digits};

use super::cell::refused;
use super::columns::{Column, Fields, METER_NO};
use super::moment;

pub(super) const COLUMNS: &[Column] = &[
    METER_NO,
    Column {
        field: "month",
        label: "月份",
        required: true,
        aliases: &[
            "月份",
            "账期",
            "年月",
            "抄表月份",
            "缴费月份",
            "用量月份",
            "month",
        ],
    },
    Column {
        field: "usage",
        label: "用量",
        required: true,
        aliases: &[
            "用量",
            "用水量",
            "用电量",
            "水量",
            "电量",
            "本月用量",
            "实用量",
            "usage",
        ],
    },
];

pub(super) fn parse(
    fields: Fields<'_>,
    batch: Option<&ImportBatchId>,
) -> Result<RecordHistoricUsage, Rejection> {
    let usage = fields
        .decimal("usage")?
        .ok_or_else(|| refused(&ValueError::Empty { what: "用量" }).on("usage"))?;
    Ok(RecordHistoricUsage {
        meter_no: fields.required("meterNo")?,
        month: month(&fields.required_text("month")?)
            .ok_or_else(|| refused(&ValueError::BadFormat { what: "月份" }).on("month"))?,
        usage: Quantity::try_new(usage).map_err(|error| refused(&error).on("usage"))?,
        batch: batch.cloned(),
    })
}

/// `2025-11`, `202511`, `2025/11`, `2025年11月`, or a day of the month.
pub(super) fn month(text: &str) -> Option<BillingMonth> {
    let plain = normalise_digits(text);
    let parts: Vec<&str> = plain
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let (year, month) = match parts[..] {
        [year, month] if year.len() == 4 && month.len() <= 2 => (year, month),
        [digits] if digits.len() == 6 => digits.split_at(4),
        _ => return moment::parse(text)?.date.map(BillingMonth::of),
    };
    BillingMonth::try_new(year.parse().ok()?, month.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_one_however_it_is_written() {
        let wanted = BillingMonth::try_new(2025, 3).ok();
        for text in [
            "2025-03",
            "2025-3",
            "202503",
            "2025/03",
            "2025年3月",
            "２０２５－０３",
            "2025-03-31",
            "20250331",
        ] {
            assert_eq!(month(text), wanted, "{text}");
        }
        for text in ["2025", "03-2025", "2025-13", "三月"] {
            assert_eq!(month(text), None, "{text}");
        }
    }
}
