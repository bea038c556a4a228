use async_graphql::{Enum, Object, SimpleObject};
use chaobiao_domain::{rating, units};
use chaobiao_projections::tariffs::TariffRow;

use crate::support::{Commodity, Date, Decimal, Fen, RateRegister};

/// What a change of price inside a billing period does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rating::PriceChange")]
pub(super) enum PriceChange {
    /// The usage is split over the versions by days.
    ProrateByDay,
    /// All usage at the version in force when the meter was read.
    ByReadingDate,
}

/// Where a period that runs into another tier year counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rating::YearCrossing")]
pub(super) enum YearCrossing {
    ByDay,
    ByBillingMonth,
}

/// How long tier limits count before they start again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rating::TierPeriod")]
pub(super) enum TierPeriod {
    Year,
    Month,
}

/// What money that was taken back had stood for while it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rating::LateFeePolicy")]
pub(super) enum LateFeePolicy {
    /// Nothing: the bill was open all the time.
    AsNeverPaid,
    /// Payment: the customer could not know.
    GoodFaith,
}

/// What paying late costs from a day on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct LateFeeTerms {
    from: Date,
    /// In hundredths of what is open, for every day: 0.1 is 1 ‰.
    per_day: Decimal,
    policy: LateFeePolicy,
    /// The least that is asked, where anything is.
    minimum: Fen,
}

impl From<&rating::LateFeeTerms> for LateFeeTerms {
    fn from(terms: &rating::LateFeeTerms) -> Self {
        Self {
            from: Date(terms.from),
            per_day: Decimal(terms.per_day.value()),
            policy: terms.policy.into(),
            minimum: terms.minimum.into(),
        }
    }
}

/// Usage up to a limit and its price; the last tier has no limit.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Tier {
    up_to: Option<Decimal>,
    price: Decimal,
}

/// A price on every unit, whatever its tier.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Surcharge {
    name: String,
    price: Decimal,
}

/// What a free allowance is given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rating::AllowanceBasis")]
pub(super) enum AllowanceBasis {
    /// Each person who is there, by days.
    Person,
    /// The room, whoever is there.
    Room,
}

/// 免费额度: usage of a month that costs nothing. What is not used of it lapses.
#[derive(Clone, Debug, SimpleObject)]
pub struct FreeAllowance {
    per_month: Decimal,
    basis: AllowanceBasis,
    /// Months of every year, 1 to 12, that have none, such as holidays.
    excluded_months: Vec<u32>,
}

impl From<&rating::FreeAllowance> for FreeAllowance {
    fn from(allowance: &rating::FreeAllowance) -> Self {
        Self {
            per_month: allowance.per_month.into(),
            basis: allowance.basis.into(),
            excluded_months: allowance.excluded_months.iter().copied().collect(),
        }
    }
}

/// 分时价差: what a unit costs more in the hours of a rate, or less where negative, on top of its tier.
#[derive(Clone, Debug, SimpleObject)]
pub struct RatePrice {
    rate: RateRegister,
    delta: Decimal,
}

impl From<(&units::RateRegister, &units::PriceDelta)> for RatePrice {
    fn from((rate, delta): (&units::RateRegister, &units::PriceDelta)) -> Self {
        Self {
            rate: (*rate).into(),
            delta: (*delta).into(),
        }
    }
}

/// The prices in force from a day on, until `to` (not included) or the next version.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct TariffVersion {
    from: Date,
    to: Option<Date>,
    tiers: Vec<Tier>,
    surcharges: Vec<Surcharge>,
    /// Usage of a month that costs nothing; only the excess is priced.
    free_allowance: Option<FreeAllowance>,
    /// 最低消费: the least a month costs.
    minimum_charge: Option<Fen>,
    /// 分时电价: what a unit costs more in the hours of a rate, or less where negative.
    time_of_use: Vec<RatePrice>,
}

impl From<&rating::TariffVersion> for TariffVersion {
    fn from(version: &rating::TariffVersion) -> Self {
        let tier = |tier: &rating::Tier| Tier {
            up_to: tier.up_to.map(Into::into),
            price: tier.price.into(),
        };
        let surcharge = |surcharge: &rating::Surcharge| Surcharge {
            name: surcharge.name.clone(),
            price: surcharge.price.into(),
        };
        Self {
            from: Date(version.from),
            to: version.to.map(Date),
            tiers: version.tiers.iter().map(tier).collect(),
            surcharges: version.surcharges.iter().map(surcharge).collect(),
            free_allowance: version.free_allowance.as_ref().map(Into::into),
            minimum_charge: version.minimum_charge.map(Into::into),
            time_of_use: version.time_of_use.iter().map(RatePrice::from).collect(),
        }
    }
}

/// 价格方案
#[derive(Clone, Debug)]
pub struct Tariff(pub(super) TariffRow);

#[Object]
impl Tariff {
    async fn tariff_id(&self) -> &str {
        self.0.tariff_id.as_str()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn commodity(&self) -> Commodity {
        self.0.schedule.commodity().into()
    }

    /// Days after its issue in which a bill is to be paid.
    async fn payment_days(&self) -> i32 {
        self.0.payment_days
    }

    async fn price_change(&self) -> PriceChange {
        self.0.schedule.terms().price_change.into()
    }

    async fn year_crossing(&self) -> YearCrossing {
        self.0.schedule.terms().year_crossing.into()
    }

    async fn tier_period(&self) -> TierPeriod {
        self.0.schedule.terms().tier_period.into()
    }

    async fn base_persons(&self) -> u32 {
        self.0.schedule.terms().base_persons
    }

    /// Lifts every limit for each person above `basePersons`.
    async fn quota_per_extra_person(&self) -> Decimal {
        self.0.schedule.terms().quota_per_extra_person.into()
    }

    /// What paying late costs, oldest terms first; none where nothing is asked.
    async fn late_fees(&self) -> Vec<LateFeeTerms> {
        self.0.late_fees.iter().map(Into::into).collect()
    }

    /// Every version there has been, in order.
    async fn versions(&self) -> Vec<TariffVersion> {
        self.0.schedule.versions().iter().map(Into::into).collect()
    }
}
