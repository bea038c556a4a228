use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, MeterNo};
use chaobiao_projections::insight::{MonthFigures, UsageScope, usage};

use super::query::months;
use crate::support::{Commodity, Decimal, Services, YearMonth, bad_input, internal, may};

/// Whose usage is looked at: a meter, an account, a building of a campus, or a campus.
#[derive(InputObject)]
struct UsageScopeInput {
    meter_no: Option<String>,
    account_no: Option<String>,
    campus: Option<String>,
    /// Of the campus.
    building: Option<String>,
}

impl UsageScopeInput {
    fn read(self) -> Result<UsageScope> {
        let refuse = |error: chaobiao_domain::units::ValueError| bad_input(error.to_string());
        match (self.meter_no, self.account_no, self.campus, self.building) {
            (Some(meter_no), None, None, None) => MeterNo::try_new(meter_no)
                .map(UsageScope::Meter)
                .map_err(refuse),
            (None, Some(account_no), None, None) => AccountNo::try_new(account_no)
                .map(UsageScope::Account)
                .map_err(refuse),
            (None, None, Some(campus), Some(building)) => CampusId::try_new(campus)
                .map(|campus| UsageScope::Building(campus, building))
                .map_err(refuse),
            (None, None, Some(campus), None) => CampusId::try_new(campus)
                .map(UsageScope::Campus)
                .map_err(refuse),
            _ => Err(bad_input(
                "请给出一个表号、一个户号、一个校区，或者一个校区中的一栋楼",
            )),
        }
    }
}

/// One month of usage beside what it is held against (R10).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
struct UsageMonth {
    month: YearMonth,
    usage: Decimal,
    /// The same month a year before; null where nothing was read then.
    last_year: Option<Decimal>,
    /// The middle one of what is like it; null where nothing is.
    like: Option<Decimal>,
    /// How many are like it.
    like_count: i64,
    #[graphql(skip)]
    figures: MonthFigures,
}

fn ratio(
    part: chaobiao_domain::units::Quantity,
    whole: Option<chaobiao_domain::units::Quantity>,
) -> Option<Decimal> {
    let ratio = part.value().checked_div(whole?.value())?;
    Some(Decimal(ratio.round_dp(4).normalize()))
}

#[ComplexObject]
impl UsageMonth {
    /// How many times last year's usage.
    async fn to_last_year(&self) -> Option<Decimal> {
        ratio(self.figures.usage, self.figures.last_year)
    }

    /// How many times the usage of the middle one of what is like it.
    async fn to_like(&self) -> Option<Decimal> {
        ratio(self.figures.usage, self.figures.like)
    }
}

impl From<MonthFigures> for UsageMonth {
    fn from(figures: MonthFigures) -> Self {
        Self {
            month: YearMonth(figures.month),
            usage: figures.usage.into(),
            last_year: figures.last_year.map(Decimal::from),
            like: figures.like.map(Decimal::from),
            like_count: figures.like_count,
            figures,
        }
    }
}

#[derive(Default)]
pub struct UsageQuery;

#[Object]
impl UsageQuery {
    /// What was used month by month, against last year and against what is like it.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "50 + 24 * child_complexity"
    )]
    async fn usage_analysis(
        &self,
        ctx: &Context<'_>,
        scope: UsageScopeInput,
        commodity: Commodity,
        from: YearMonth,
        to: YearMonth,
    ) -> Result<Vec<UsageMonth>> {
        let months = months(from, to)?;
        let scope = scope.read()?;
        let pool = Services::of(ctx)?.store().pool();
        let figures = usage::analysis(pool, &scope, commodity.into(), months).await;
        let figures = figures.map_err(|error| internal(ctx, error))?;
        Ok(figures.into_iter().map(UsageMonth::from).collect())
    }
}
