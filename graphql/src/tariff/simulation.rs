//! 试算: what another tariff would have brought on real usage. Writes nothing.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::account;
use chaobiao_domain::billing::{self, SimulateTariff, SimulatedAccount};
use chaobiao_domain::rating::TariffTerms;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::tariff::TariffCommandError;
use chaobiao_domain::units::{CampusId, Quantity, TariffId};
use chaobiao_eventstore::CommandError;
use chaobiao_projections::{account_statement, tariffs};
use uuid::Uuid;

use super::mutation::{TariffVersionInput, version};
use super::types::{PriceChange, TierPeriod, YearCrossing};
use crate::account::AccountClass;
use crate::support::{
    Decimal, Fen, Services, UserError, Viewer, YearMonth, fault, field, internal, may,
};

/// Accounts rated before the next are read.
const CHUNK: usize = 500;

/// What is left out stays as the tariff has it.
#[derive(InputObject)]
pub(super) struct SimulateTariffInput {
    /// The tariff that the draft would take the place of.
    tariff_id: String,
    price_change: Option<PriceChange>,
    year_crossing: Option<YearCrossing>,
    tier_period: Option<TierPeriod>,
    base_persons: Option<u32>,
    quota_per_extra_person: Option<Decimal>,
    /// All versions of the draft, in order.
    versions: Option<Vec<TariffVersionInput>>,
    /// The first billing month that counts.
    from: YearMonth,
    /// The last one.
    to: YearMonth,
    /// Left out: all campuses.
    campus: Option<String>,
    /// Left out: all classes.
    class: Option<AccountClass>,
}

/// What some accounts have paid and would have paid.
#[derive(Clone, Debug, SimpleObject)]
struct SimulatedSum {
    accounts: u32,
    /// Accounts that would pay less.
    winners: u32,
    /// Accounts that would pay more.
    losers: u32,
    /// What the bills ask for, as they stand.
    billed: Fen,
    /// By the tariff as it is now.
    present: Fen,
    /// By the draft.
    draft: Fen,
    /// `draft` less `present`.
    delta: Fen,
}

impl From<&billing::SimulatedSum> for SimulatedSum {
    fn from(sum: &billing::SimulatedSum) -> Self {
        Self {
            accounts: sum.accounts,
            winners: sum.winners,
            losers: sum.losers,
            billed: sum.billed.into(),
            present: sum.present.into(),
            draft: sum.draft.into(),
            delta: sum.delta().into(),
        }
    }
}

#[derive(Clone, Debug, SimpleObject)]
struct SimulatedClass {
    class: AccountClass,
    sum: SimulatedSum,
}

/// Accounts whose money changes by `from` (included) to `to` (not included); null has no bound.
#[derive(Clone, Debug, SimpleObject)]
struct ChangeBand {
    from: Option<Fen>,
    to: Option<Fen>,
    accounts: u32,
}

#[derive(Clone, Debug, SimpleObject)]
pub(super) struct TariffSimulation {
    total: SimulatedSum,
    by_class: Vec<SimulatedClass>,
    /// From the greatest relief to the greatest burden.
    changes: Vec<ChangeBand>,
}

impl From<billing::Simulation> for TariffSimulation {
    fn from(simulation: billing::Simulation) -> Self {
        Self {
            total: (&simulation.total).into(),
            by_class: simulation
                .by_class
                .iter()
                .map(|(class, sum)| SimulatedClass {
                    class: (*class).into(),
                    sum: sum.into(),
                })
                .collect(),
            changes: simulation
                .changes
                .into_iter()
                .map(|band| ChangeBand {
                    from: band.from.map(Into::into),
                    to: band.to.map(Into::into),
                    accounts: band.accounts,
                })
                .collect(),
        }
    }
}

#[derive(SimpleObject)]
pub(super) struct SimulatedTariff {
    simulation: Option<TariffSimulation>,
    /// Why there is none.
    user_errors: Vec<UserError>,
}

impl SimulatedTariff {
    fn refused(rejection: Rejection) -> Self {
        Self {
            simulation: None,
            user_errors: vec![rejection.into()],
        }
    }
}

fn draft(input: &mut SimulateTariffInput, present: &TariffTerms) -> Result<TariffTerms, Rejection> {
    let quota = input
        .quota_per_extra_person
        .take()
        .map(|quota| field("quotaPerExtraPerson", Quantity::try_new(quota.0)));
    let versions = input
        .versions
        .take()
        .map(|versions| versions.into_iter().map(version).collect());
    let versions: Option<Result<Vec<_>, Rejection>> = versions;
    Ok(TariffTerms {
        price_change: input.price_change.map_or(present.price_change, Into::into),
        year_crossing: input
            .year_crossing
            .map_or(present.year_crossing, Into::into),
        tier_period: input.tier_period.map_or(present.tier_period, Into::into),
        base_persons: input.base_persons.unwrap_or(present.base_persons),
        quota_per_extra_person: quota.transpose()?.unwrap_or(present.quota_per_extra_person),
        versions: versions
            .transpose()?
            .unwrap_or_else(|| present.versions.clone()),
    })
}

#[derive(Default)]
pub struct SimulationQuery;

#[Object]
impl SimulationQuery {
    /// What a draft of a tariff would have brought on the usage of some months, against the tariff
    /// as it is (试算). Writes nothing.
    #[graphql(
        guard = "may(Permission::ManageTariffs)",
        complexity = "200 + child_complexity"
    )]
    async fn simulate_tariff(
        &self,
        ctx: &Context<'_>,
        mut input: SimulateTariffInput,
    ) -> Result<SimulatedTariff> {
        let services = Services::of(ctx)?;
        let pool = services.store().pool();
        let tariff_id = match field("tariffId", TariffId::try_new(&input.tariff_id)) {
            Ok(tariff_id) => tariff_id,
            Err(rejection) => return Ok(SimulatedTariff::refused(rejection)),
        };
        let campus = input.campus.as_ref().map(CampusId::try_new).transpose();
        let campus = match field("campus", campus) {
            Ok(campus) => campus,
            Err(rejection) => return Ok(SimulatedTariff::refused(rejection)),
        };
        let present = tariffs::query::by_id(pool, tariff_id.as_str()).await;
        let Some(present) = present.map_err(|error| internal(ctx, error))? else {
            let unknown = TariffCommandError::Unknown(tariff_id);
            return Ok(SimulatedTariff::refused(unknown.into()));
        };
        let draft = match draft(&mut input, present.schedule.terms()) {
            Ok(draft) => draft,
            Err(rejection) => return Ok(SimulatedTariff::refused(rejection)),
        };
        let accounts = account_statement::query::by_tariff(pool, &tariff_id, campus.as_ref()).await;
        let accounts = accounts.map_err(|error| internal(ctx, error))?;
        let actor = ctx.data::<Viewer>()?.actor();
        // Nothing is written, so nothing depends on the id.
        let context = CommandContext::new(Uuid::nil(), actor, services.store().clock().now());
        let mut simulated: Vec<SimulatedAccount> = Vec::with_capacity(accounts.len());
        // Without any account the draft is still checked.
        let chunks = accounts.chunks(CHUNK).map(<[_]>::to_vec);
        let none = accounts.is_empty().then(Vec::new);
        for accounts in chunks.chain(none) {
            let process = SimulateTariff {
                tariff_id: tariff_id.clone(),
                draft: draft.clone(),
                from: input.from.0,
                to: input.to.0,
                class: input.class.map(account::AccountClass::from),
                accounts,
            };
            // On the heap: nested in the root's future it would be deeper than the compiler goes.
            match Box::pin(services.bus.preview(&context, &process)).await {
                Ok(chunk) => simulated.extend(chunk),
                Err(CommandError::Refused(rejection)) => {
                    return Ok(SimulatedTariff::refused(rejection));
                }
                Err(error) => return Err(fault(ctx, error)),
            }
        }
        let simulation =
            billing::Simulation::of(&simulated).map_err(|error| internal(ctx, error))?;
        Ok(SimulatedTariff {
            simulation: Some(simulation.into()),
            user_errors: Vec::new(),
        })
    }
}
