use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MonthToDate, RatedBill, RatingError, RatingInput, TariffSchedule, TariffTerms, rate};
use crate::units::{BillingMonth, Commodity, Period, Quantity, RateQuantities};

/// Who lives behind the meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    pub persons: u32,
    /// Who was there and when; without it, all `persons` all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stays: Option<Vec<Period>>,
}

/// A usage with its tariff in one file, so that anybody can check a bill by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingCase {
    pub commodity: Commodity,
    pub tariff: TariffTerms,
    /// Without one, a household of the base size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Household>,
    #[serde(default = "nothing_yet")]
    pub quantity_to_date: Quantity,
    pub period: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_month: Option<BillingMonth>,
    pub usage: Quantity,
    /// What of it was used in the hours of each rate.
    #[serde(default, skip_serializing_if = "RateQuantities::is_empty")]
    pub rates: RateQuantities,
}

const fn nothing_yet() -> Quantity {
    Quantity::ZERO
}

impl RatingCase {
    pub fn rate(&self) -> Result<RatedBill, RatingError> {
        let persons = self.household.as_ref().map(|household| household.persons);
        let input = RatingInput {
            period: self.period,
            usage: self.usage,
            rates: self.rates.clone(),
            quantity_to_date: self.quantity_to_date,
            later_to_date: BTreeMap::new(),
            persons: persons.unwrap_or(self.tariff.base_persons),
            stays: self.household.as_ref().and_then(|it| it.stays.clone()),
            free_to_date: Quantity::ZERO,
            month_to_date: Some(MonthToDate::default()),
            billing_month: self.billing_month,
        };
        rate(
            &TariffSchedule::try_new(self.commodity, self.tariff.clone())?,
            &input,
        )
    }
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    bill: RatedBill,
    /// Fields of the file that no rule reads: a misspelt one would otherwise go unnoticed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<String>,
}

/// Rates a case file and answers with the bill, both JSON.
pub fn rate_case_json(text: &str) -> Result<String, RatingError> {
    let unreadable = |error: serde_json::Error| RatingError::CaseUnreadable {
        reason: error.to_string(),
    };
    // A file saved by a spreadsheet or a Windows editor starts with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let case: RatingCase = serde_json::from_str(text).map_err(unreadable)?;
    let written: Value = serde_json::from_str(text).map_err(unreadable)?;
    let understood = serde_json::to_value(&case).map_err(unreadable)?;
    let mut ignored = Vec::new();
    not_understood(&written, &understood, "", &mut ignored);
    // `expect` is for the reader; the other is an accepted longer name of `year_crossing`.
    ignored.retain(|path| path != "expect" && path != "tariff.tier_year_crossing");
    let answer = Answer {
        bill: case.rate()?,
        ignored,
    };
    serde_json::to_string_pretty(&answer).map_err(unreadable)
}

fn not_understood(written: &Value, understood: &Value, path: &str, found: &mut Vec<String>) {
    match (written, understood) {
        (Value::Object(written), Value::Object(understood)) => {
            for (key, value) in written {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                match understood.get(key) {
                    Some(inner) => not_understood(value, inner, &path, found),
                    None if value.is_null() => {}
                    None => found.push(path),
                }
            }
        }
        (Value::Array(written), Value::Array(understood)) => {
            for (position, (value, inner)) in written.iter().zip(understood).enumerate() {
                not_understood(value, inner, &format!("{path}[{position}]"), found);
            }
        }
        _ => {}
    }
}
