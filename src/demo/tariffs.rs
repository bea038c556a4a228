//! What things cost. The figures are invented; their shape is that of Chinese campuses.

use std::collections::BTreeMap;

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::rating::{
    PriceChange, Surcharge, TariffTerms, TariffVersion, Tier, TierPeriod, YearCrossing,
};
use chaobiao_domain::tariff::DefineTariff;
use chaobiao_domain::units::{Commodity, Quantity, TariffId, UnitPrice, ValueError};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

pub(super) const WATER_HOMES: &str = "water-homes";
pub(super) const WATER_DORMS: &str = "water-dorms";
pub(super) const WATER_UNITS: &str = "water-units";
pub(super) const POWER_HOMES: &str = "power-homes";
pub(super) const POWER_DORMS: &str = "power-dorms";
pub(super) const POWER_UNITS: &str = "power-units";

pub(super) fn id_of(class: AccountClass, commodity: Commodity) -> &'static str {
    use AccountClass::{Resident, StaffDorm, StudentDorm, Unit};
    match (commodity, class) {
        (Commodity::Water, Resident) => WATER_HOMES,
        (Commodity::Water, StudentDorm | StaffDorm) => WATER_DORMS,
        (Commodity::Water, Unit) => WATER_UNITS,
        (Commodity::Electricity, Resident) => POWER_HOMES,
        (Commodity::Electricity, StudentDorm | StaffDorm) => POWER_DORMS,
        (Commodity::Electricity, Unit) => POWER_UNITS,
    }
}

/// Prices in hundredths of a yuan; the last has no limit.
type Steps = &'static [(Option<i64>, i64)];

struct Terms {
    id: &'static str,
    name: &'static str,
    commodity: Commodity,
    steps: Steps,
    sewage: Option<i64>,
    period: TierPeriod,
    /// Each person above four lifts every limit by this.
    per_person: i64,
    /// In force from the July of the generated year on.
    new_steps: Option<Steps>,
}

const TERMS: [Terms; 6] = [
    Terms {
        id: WATER_HOMES,
        name: "居民生活用水（阶梯）",
        commodity: Commodity::Water,
        steps: &[(Some(180), 285), (Some(260), 430), (None, 860)],
        sewage: Some(95),
        period: TierPeriod::Year,
        per_person: 30,
        new_steps: Some(&[(Some(180), 310), (Some(260), 465), (None, 930)]),
    },
    Terms {
        id: WATER_DORMS,
        name: "集体宿舍用水",
        commodity: Commodity::Water,
        steps: &[(None, 285)],
        sewage: Some(95),
        period: TierPeriod::Year,
        per_person: 0,
        new_steps: None,
    },
    Terms {
        id: WATER_UNITS,
        name: "单位用水",
        commodity: Commodity::Water,
        steps: &[(None, 420)],
        sewage: Some(140),
        period: TierPeriod::Year,
        per_person: 0,
        new_steps: None,
    },
    Terms {
        id: POWER_HOMES,
        name: "居民生活用电（阶梯）",
        commodity: Commodity::Electricity,
        steps: &[(Some(230), 53), (Some(400), 58), (None, 83)],
        sewage: None,
        period: TierPeriod::Month,
        per_person: 0,
        new_steps: None,
    },
    Terms {
        id: POWER_DORMS,
        name: "集体宿舍用电",
        commodity: Commodity::Electricity,
        steps: &[(None, 55)],
        sewage: None,
        period: TierPeriod::Year,
        per_person: 0,
        new_steps: None,
    },
    Terms {
        id: POWER_UNITS,
        name: "单位用电",
        commodity: Commodity::Electricity,
        steps: &[(None, 79)],
        sewage: None,
        period: TierPeriod::Year,
        per_person: 0,
        new_steps: None,
    },
];

/// The prices as they were when the generated time began, known since the year before.
pub(super) fn definitions(begins: NaiveDate) -> Result<Vec<DefineTariff>, ValueError> {
    let from = NaiveDate::from_ymd_opt(begins.year() - 1, 1, 1).unwrap_or(begins);
    TERMS
        .iter()
        .map(|terms| {
            Ok(DefineTariff {
                tariff_id: TariffId::try_new(terms.id)?,
                name: terms.name.to_owned(),
                payment_days: 20,
                commodity: terms.commodity,
                terms: TariffTerms {
                    price_change: PriceChange::ProrateByDay,
                    year_crossing: YearCrossing::ByDay,
                    tier_period: terms.period,
                    base_persons: 4,
                    quota_per_extra_person: Quantity::try_new(Decimal::from(terms.per_person))?,
                    versions: vec![version(from, terms.steps, terms.sewage)?],
                },
            })
        })
        .collect()
}

/// The price change of the year: water for homes goes up on 1 July.
pub(super) fn new_version(from: NaiveDate) -> Result<Option<TariffVersion>, ValueError> {
    TERMS
        .iter()
        .find_map(|terms| Some((terms, terms.new_steps?)))
        .map(|(terms, steps)| version(from, steps, terms.sewage))
        .transpose()
}

fn version(
    from: NaiveDate,
    steps: Steps,
    sewage: Option<i64>,
) -> Result<TariffVersion, ValueError> {
    let price = |hundredths| UnitPrice::try_new(Decimal::new(hundredths, 2));
    let tiers = steps.iter().map(|(up_to, hundredths)| {
        Ok(Tier {
            up_to: up_to
                .map(Decimal::from)
                .map(Quantity::try_new)
                .transpose()?,
            price: price(*hundredths)?,
        })
    });
    let surcharges = sewage.into_iter().map(|hundredths| {
        Ok(Surcharge {
            name: "污水处理费".to_owned(),
            price: price(hundredths)?,
        })
    });
    Ok(TariffVersion {
        from,
        to: None,
        tiers: tiers.collect::<Result<_, ValueError>>()?,
        surcharges: surcharges.collect::<Result<_, ValueError>>()?,
        free_allowance: None,
        minimum_charge: None,
        time_of_use: BTreeMap::new(),
    })
}
