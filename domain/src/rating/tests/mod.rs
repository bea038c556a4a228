mod cases;
mod late_fees;
mod months;
mod properties;
mod rules;
mod time_of_use;
mod validation;

use std::collections::BTreeMap;

use super::*;
use crate::units::{Commodity, Period, Quantity, RateQuantities};

/// One version: its first day, tiers as (limit, price) with an empty limit for the open one,
/// surcharges as (name, price).
fn version(from: &str, tiers: &[(&str, &str)], surcharges: &[(&str, &str)]) -> TariffVersion {
    TariffVersion {
        time_of_use: BTreeMap::new(),
        from: from.parse().unwrap(),
        to: None,
        tiers: tiers
            .iter()
            .map(|(up_to, price)| Tier {
                up_to: (!up_to.is_empty()).then(|| up_to.parse().unwrap()),
                price: price.parse().unwrap(),
            })
            .collect(),
        surcharges: surcharges
            .iter()
            .map(|(name, price)| Surcharge {
                name: (*name).to_owned(),
                price: price.parse().unwrap(),
            })
            .collect(),
        free_allowance: None,
        minimum_charge: None,
    }
}

fn terms(versions: Vec<TariffVersion>) -> TariffTerms {
    TariffTerms {
        price_change: PriceChange::ProrateByDay,
        year_crossing: YearCrossing::ByDay,
        tier_period: TierPeriod::Year,
        base_persons: 4,
        quota_per_extra_person: "30".parse().unwrap(),
        versions,
    }
}

fn water(terms: TariffTerms) -> TariffSchedule {
    TariffSchedule::try_new(Commodity::Water, terms).unwrap()
}

fn input(from: &str, to: &str, usage: &str, to_date: &str) -> RatingInput {
    RatingInput {
        rates: RateQuantities::default(),
        period: Period::try_new(from.parse().unwrap(), to.parse().unwrap()).unwrap(),
        usage: usage.parse().unwrap(),
        quantity_to_date: to_date.parse().unwrap(),
        later_to_date: BTreeMap::new(),
        persons: 4,
        stays: None,
        free_to_date: Quantity::ZERO,
        month_to_date: Some(MonthToDate::default()),
        billing_month: None,
    }
}

/// The lines as `component version tier quantity amount`, then total and year-to-date.
fn shown(bill: &RatedBill) -> Vec<String> {
    let lines = bill.lines.iter().map(|line| {
        let tier = line.tier.map_or("-".to_owned(), |tier| format!("T{tier}"));
        let RatedLine {
            component,
            version_from,
            quantity,
            amount,
            ..
        } = line;
        format!("{component} {version_from} {tier} {quantity} {amount}")
    });
    lines
        .chain([format!("{} {}", bill.total, bill.quantity_to_date_after)])
        .collect()
}
