use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::rating::{self, TariffTerms};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::tariff::{DefineTariff, PublishTariffVersion, SetLateFee, TariffChanged};
use chaobiao_domain::units::{self, Percent, PriceDelta, Quantity, TariffId, UnitPrice};

use super::Tariff;
use super::query::find;
use super::types::{AllowanceBasis, LateFeePolicy, PriceChange, TierPeriod, YearCrossing};
use crate::support::{
    Commodity, Date, Decimal, Fen, RateRegister, by_rate, field, may, payloads, run,
};

/// Time to pay where a tariff says nothing else.
const PAYMENT_DAYS: u16 = 15;

#[derive(InputObject)]
pub(super) struct TierInput {
    /// Left out in the last tier.
    up_to: Option<Decimal>,
    price: Decimal,
}

#[derive(InputObject)]
pub(super) struct SurchargeInput {
    name: String,
    price: Decimal,
}

#[derive(InputObject)]
pub(super) struct FreeAllowanceInput {
    per_month: Decimal,
    /// Left out: for each person.
    basis: Option<AllowanceBasis>,
    /// Months of every year, 1 to 12, that have none.
    #[graphql(default)]
    excluded_months: Vec<u32>,
}

#[derive(InputObject)]
pub(super) struct RatePriceInput {
    rate: RateRegister,
    /// In yuan; below nought where these hours are cheaper.
    delta: Decimal,
}

#[derive(InputObject)]
pub(super) struct TariffVersionInput {
    from: Date,
    to: Option<Date>,
    tiers: Vec<TierInput>,
    #[graphql(default)]
    surcharges: Vec<SurchargeInput>,
    /// 免费额度: only the excess is priced.
    free_allowance: Option<FreeAllowanceInput>,
    /// 最低消费: the least a month costs, by the days of the period.
    minimum_charge: Option<Fen>,
    /// 分时电价: of electricity only, and with no free allowance. Each rate once.
    #[graphql(default)]
    time_of_use: Vec<RatePriceInput>,
}

#[derive(InputObject)]
pub(super) struct DefineTariffInput {
    idempotency_key: String,
    tariff_id: String,
    name: String,
    commodity: Commodity,
    /// Days after its issue in which a bill is to be paid; 15 when left out.
    payment_days: Option<u16>,
    price_change: Option<PriceChange>,
    year_crossing: Option<YearCrossing>,
    tier_period: Option<TierPeriod>,
    #[graphql(default)]
    base_persons: u32,
    quota_per_extra_person: Option<Decimal>,
    /// The first versions; more are published later.
    versions: Vec<TariffVersionInput>,
}

#[derive(InputObject)]
pub(super) struct SetLateFeeInput {
    idempotency_key: String,
    tariff_id: String,
    /// Later than what was set before.
    from: Date,
    /// In hundredths of what is open, for every day: 0.1 is 1 ‰. 0 asks for nothing.
    per_day: Decimal,
    policy: LateFeePolicy,
    /// The least that is asked, where anything is.
    minimum: Option<Fen>,
}

#[derive(InputObject)]
pub(super) struct PublishTariffVersionInput {
    idempotency_key: String,
    tariff_id: String,
    version: TariffVersionInput,
}

payloads!(
    tariff: Tariff, |ctx, changed: TariffChanged| find(ctx, changed.tariff_id.as_str());
    DefineTariffPayload,
    PublishTariffVersionPayload,
    SetLateFeePayload
);

pub(super) fn version(input: TariffVersionInput) -> Result<rating::TariffVersion, Rejection> {
    let price = |price: Decimal| field("price", UnitPrice::try_new(price.0));
    let mut tiers = Vec::with_capacity(input.tiers.len());
    for tier in input.tiers {
        let up_to = tier
            .up_to
            .map(|limit| field("upTo", Quantity::try_new(limit.0)));
        tiers.push(rating::Tier {
            up_to: up_to.transpose()?,
            price: price(tier.price)?,
        });
    }
    let mut surcharges = Vec::with_capacity(input.surcharges.len());
    for surcharge in input.surcharges {
        let price = price(surcharge.price)?;
        surcharges.push(rating::Surcharge {
            name: surcharge.name,
            price,
        });
    }
    let allowance = |allowance: FreeAllowanceInput| -> Result<rating::FreeAllowance, Rejection> {
        Ok(rating::FreeAllowance {
            per_month: field("perMonth", Quantity::try_new(allowance.per_month.0))?,
            basis: allowance.basis.map(Into::into).unwrap_or_default(),
            excluded_months: allowance.excluded_months.into_iter().collect(),
        })
    };
    let delta = |input: &RatePriceInput| field("timeOfUse", PriceDelta::try_new(input.delta.0));
    let deltas = input.time_of_use.iter();
    let time_of_use = by_rate("timeOfUse", deltas.map(|it| (it.rate, delta(it))))?;
    Ok(rating::TariffVersion {
        from: input.from.0,
        to: input.to.map(|to| to.0),
        tiers,
        surcharges,
        free_allowance: input.free_allowance.map(allowance).transpose()?,
        minimum_charge: input.minimum_charge.map(|minimum| minimum.0),
        time_of_use,
    })
}

fn define(input: DefineTariffInput) -> Result<DefineTariff, Rejection> {
    let quota = input
        .quota_per_extra_person
        .map(|quota| field("quotaPerExtraPerson", Quantity::try_new(quota.0)));
    let versions: Result<Vec<_>, Rejection> = input.versions.into_iter().map(version).collect();
    Ok(DefineTariff {
        tariff_id: field("tariffId", TariffId::try_new(&input.tariff_id))?,
        name: input.name,
        payment_days: input.payment_days.unwrap_or(PAYMENT_DAYS),
        commodity: input.commodity.into(),
        terms: TariffTerms {
            price_change: input.price_change.map(Into::into).unwrap_or_default(),
            year_crossing: input.year_crossing.map(Into::into).unwrap_or_default(),
            tier_period: input.tier_period.map(Into::into).unwrap_or_default(),
            base_persons: input.base_persons,
            quota_per_extra_person: quota.transpose()?.unwrap_or(Quantity::ZERO),
            versions: versions?,
        },
    })
}

#[derive(Default)]
pub struct TariffMutation;

#[Object]
impl TariffMutation {
    #[graphql(guard = "may(Permission::ManageTariffs)")]
    async fn define_tariff(
        &self,
        ctx: &Context<'_>,
        input: DefineTariffInput,
    ) -> Result<DefineTariffPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "defineTariff", &key, define(input)).await?;
        DefineTariffPayload::of(ctx, ran).await
    }

    /// Adds a version after all the tariff has. Published prices are never edited.
    #[graphql(guard = "may(Permission::ManageTariffs)")]
    async fn publish_tariff_version(
        &self,
        ctx: &Context<'_>,
        input: PublishTariffVersionInput,
    ) -> Result<PublishTariffVersionPayload> {
        let tariff_id = field("tariffId", TariffId::try_new(&input.tariff_id));
        let version = version(input.version);
        let process = tariff_id.and_then(|tariff_id| {
            Ok(PublishTariffVersion {
                tariff_id,
                version: version?,
            })
        });
        let ran = run(ctx, "publishTariffVersion", &input.idempotency_key, process).await?;
        PublishTariffVersionPayload::of(ctx, ran).await
    }

    /// Says what paying late costs under a tariff from a day on (滞纳金).
    #[graphql(guard = "may(Permission::ManageTariffs)")]
    async fn set_late_fee(
        &self,
        ctx: &Context<'_>,
        input: SetLateFeeInput,
    ) -> Result<SetLateFeePayload> {
        let tariff_id = field("tariffId", TariffId::try_new(&input.tariff_id));
        let per_day = field("perDay", Percent::try_new(input.per_day.0));
        let process = tariff_id.and_then(|tariff_id| {
            Ok(SetLateFee {
                tariff_id,
                terms: rating::LateFeeTerms {
                    from: input.from.0,
                    per_day: per_day?,
                    policy: input.policy.into(),
                    minimum: input.minimum.map_or(units::Fen::ZERO, |minimum| minimum.0),
                },
            })
        });
        let ran = run(ctx, "setLateFee", &input.idempotency_key, process).await?;
        SetLateFeePayload::of(ctx, ran).await
    }
}
