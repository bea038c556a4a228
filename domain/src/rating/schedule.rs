use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::TariffError;
use crate::units::{Commodity, Fen, PriceDelta, Quantity, RateRegister, UnitPrice};

/// What a change of price inside a period does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceChange {
    #[default]
    ProrateByDay,
    ByReadingDate,
}

/// Where a period that runs into another tier year counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearCrossing {
    #[default]
    ByDay,
    ByBillingMonth,
}

/// How long tier limits count before they start again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierPeriod {
    #[default]
    Year,
    Month,
}

impl TierPeriod {
    /// The first day of the tier period a date lies in; it names the tier period.
    pub fn start(self, date: NaiveDate) -> NaiveDate {
        let month = match self {
            Self::Year => 1,
            Self::Month => date.month(),
        };
        NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date)
    }

    /// The first day of the next tier period, if the calendar has one.
    pub(super) fn next_start(self, date: NaiveDate) -> Option<NaiveDate> {
        let months = match self {
            Self::Year => 12,
            Self::Month => 1,
        };
        self.start(date)
            .checked_add_months(chrono::Months::new(months))
    }
}

/// Usage up to a limit, counted from the start of the tier period, and its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Quantity>,
    pub price: UnitPrice,
}

/// A price on every unit, whatever its tier, such as sewage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surcharge {
    pub name: String,
    pub price: UnitPrice,
}

/// What a free allowance is given for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowanceBasis {
    /// Each person who is there, by days.
    #[default]
    Person,
    /// The room, whoever is there.
    Room,
}

/// 免费额度: usage of a month that costs nothing. What is not used of it lapses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeAllowance {
    pub per_month: Quantity,
    #[serde(default)]
    pub basis: AllowanceBasis,
    /// Months of every year, 1 to 12, that have none, such as holidays.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub excluded_months: BTreeSet<u32>,
}

/// The prices in force from a day on, until `to` (not included) or the next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffVersion {
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    pub tiers: Vec<Tier>,
    #[serde(default)]
    pub surcharges: Vec<Surcharge>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_allowance: Option<FreeAllowance>,
    /// 最低消费: the least a month costs, in fen, where anything is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_charge: Option<Fen>,
    /// 分时电价: what a unit costs more, or less, in the hours of each rate, whatever its tier.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub time_of_use: BTreeMap<RateRegister, PriceDelta>,
}

/// A tariff as it is written down, before anybody has checked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffTerms {
    #[serde(default)]
    pub price_change: PriceChange,
    #[serde(default, alias = "tier_year_crossing")]
    pub year_crossing: YearCrossing,
    #[serde(default)]
    pub tier_period: TierPeriod,
    #[serde(default)]
    pub base_persons: u32,
    /// Lifts every limit for each person above `base_persons`.
    #[serde(default = "no_quota")]
    pub quota_per_extra_person: Quantity,
    pub versions: Vec<TariffVersion>,
}

/// The component of a line that is free.
pub(super) const FREE_ALLOWANCE: &str = "免费额度";
/// The component of the line that lifts a month to its minimum.
pub(super) const MINIMUM_CHARGE: &str = "最低消费补足";

/// The component of the line of a rate.
pub(super) const fn rate_component(register: RateRegister) -> &'static str {
    match register {
        RateRegister::Sharp => "尖时段",
        RateRegister::Peak => "峰时段",
        RateRegister::Flat => "平时段",
        RateRegister::Valley => "谷时段",
    }
}

const fn no_quota() -> Quantity {
    Quantity::ZERO
}

/// A checked tariff: versions in order and apart, tiers ascending with the last one open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSchedule", into = "RawSchedule")]
pub struct TariffSchedule {
    commodity: Commodity,
    terms: TariffTerms,
}

#[derive(Serialize, Deserialize)]
struct RawSchedule {
    commodity: Commodity,
    #[serde(flatten)]
    terms: TariffTerms,
}

impl TryFrom<RawSchedule> for TariffSchedule {
    type Error = TariffError;

    fn try_from(raw: RawSchedule) -> Result<Self, TariffError> {
        Self::try_new(raw.commodity, raw.terms)
    }
}

impl From<TariffSchedule> for RawSchedule {
    fn from(schedule: TariffSchedule) -> Self {
        Self {
            commodity: schedule.commodity,
            terms: schedule.terms,
        }
    }
}

impl TariffSchedule {
    pub fn try_new(commodity: Commodity, terms: TariffTerms) -> Result<Self, TariffError> {
        if terms.quota_per_extra_person.is_negative() {
            return Err(TariffError::QuotaNegative);
        }
        if terms.versions.is_empty() {
            return Err(TariffError::NoVersions);
        }
        for version in &terms.versions {
            version.check(commodity)?;
        }
        for (earlier, later) in terms.versions.iter().zip(terms.versions.iter().skip(1)) {
            if later.from <= earlier.from || earlier.to.is_some_and(|to| later.from < to) {
                return Err(TariffError::VersionsOverlap { from: later.from });
            }
        }
        Ok(Self { commodity, terms })
    }

    /// The same tariff with one more version after all it has.
    pub fn with_version(&self, version: TariffVersion) -> Result<Self, TariffError> {
        let mut terms = self.terms.clone();
        terms.versions.push(version);
        Self::try_new(self.commodity, terms)
    }

    pub const fn commodity(&self) -> Commodity {
        self.commodity
    }

    pub const fn terms(&self) -> &TariffTerms {
        &self.terms
    }

    pub fn versions(&self) -> &[TariffVersion] {
        &self.terms.versions
    }

    /// The version whose prices hold on a day.
    pub fn in_force_on(&self, date: NaiveDate) -> Option<&TariffVersion> {
        let version = self
            .terms
            .versions
            .iter()
            .rev()
            .find(|version| version.from <= date)?;
        version.to.is_none_or(|to| date < to).then_some(version)
    }
}

impl TariffVersion {
    fn check(&self, commodity: Commodity) -> Result<(), TariffError> {
        let from = self.from;
        if self.to.is_some_and(|to| to <= from) {
            return Err(TariffError::EmptyVersion { from });
        }
        let Some((last, limited)) = self.tiers.split_last() else {
            return Err(TariffError::NoTiers { from });
        };
        if last.up_to.is_some() {
            return Err(TariffError::LastTierNotOpen { from });
        }
        let mut below = Quantity::ZERO;
        for tier in limited {
            let limit = tier.up_to.ok_or(TariffError::LastTierNotOpen { from })?;
            if limit <= below {
                return Err(TariffError::TiersNotAscending { from });
            }
            below = limit;
        }
        self.check_month()?;
        self.check_time_of_use(commodity)?;
        let mut names = BTreeSet::from([commodity.as_str()]);
        // Old tariffs may have a surcharge of such a name, so that only who uses both is stopped.
        names.extend(self.free_allowance.as_ref().map(|_| FREE_ALLOWANCE));
        names.extend(self.minimum_charge.map(|_| MINIMUM_CHARGE));
        names.extend(self.time_of_use.keys().map(|it| rate_component(*it)));
        let all_named = self.surcharges.iter().all(|surcharge| {
            !surcharge.name.trim().is_empty() && names.insert(surcharge.name.as_str())
        });
        if all_named {
            Ok(())
        } else {
            Err(TariffError::SurchargeName { from })
        }
    }

    fn check_time_of_use(&self, commodity: Commodity) -> Result<(), TariffError> {
        let from = self.from;
        if self.time_of_use.is_empty() {
            return Ok(());
        }
        if commodity != Commodity::Electricity {
            return Err(TariffError::TimeOfUseOfWater { from });
        }
        // Nobody could say in which hours the free part was used.
        if self.free_allowance.is_some() {
            return Err(TariffError::TimeOfUseWithAllowance { from });
        }
        let cheapest = self.tiers.iter().map(|tier| tier.price.value()).min();
        let lowest = self.time_of_use.values().map(|delta| delta.value()).min();
        match cheapest.zip(lowest) {
            Some((price, delta)) if (price + delta).is_sign_negative() => {
                Err(TariffError::TimeOfUseBelowZero { from })
            }
            _ => Ok(()),
        }
    }

    fn check_month(&self) -> Result<(), TariffError> {
        let from = self.from;
        if let Some(allowance) = &self.free_allowance {
            if allowance.per_month.is_negative() {
                return Err(TariffError::AllowanceNegative { from });
            }
            let of_year = |month: &u32| (1..=12).contains(month);
            if !allowance.excluded_months.iter().all(of_year) {
                return Err(TariffError::ExcludedMonth { from });
            }
        }
        match self.minimum_charge {
            Some(minimum) if minimum.is_negative() => Err(TariffError::MinimumNegative { from }),
            _ => Ok(()),
        }
    }
}
