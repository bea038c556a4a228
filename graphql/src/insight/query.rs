use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillingMonth, CampusId, StaffLogin, business_date};
use chaobiao_projections::insight::{channels, overview, readers};

use super::figures::{ChannelStatsBy, Overview, ReaderKpi, ReadingChannelStats};
use crate::reading_round::read;
use crate::support::{Guarded, Services, YearMonth, bad_input, internal, may, may_any};

/// Two years of months: more is a file's work.
const MONTHS_MAX: i32 = 24;

/// Who leads readers, and who audits.
fn may_judge_readers() -> Guarded {
    may_any(&[Permission::ManageRounds, Permission::ViewAudit])
}

/// Who sees both what is metered and what is charged.
pub(super) fn may_see_overview() -> Guarded {
    may(Permission::ViewPayments)
}

/// The months from one to another, if they are as many as may be asked for.
pub(super) fn months(from: YearMonth, to: YearMonth) -> Result<(BillingMonth, BillingMonth)> {
    let (from, to) = (from.0, to.0);
    let count = |month: BillingMonth| month.year() * 12 + month.month().cast_signed();
    if (0..MONTHS_MAX).contains(&(count(to) - count(from))) {
        Ok((from, to))
    } else {
        Err(bad_input("月份范围应为 1 到 24 个月"))
    }
}

#[derive(Default)]
pub struct InsightQuery;

#[Object]
impl InsightQuery {
    /// How meters were read, month by month, and what ways it took (R1).
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "50 + 20 * child_complexity"
    )]
    async fn reading_channel_stats(
        &self,
        ctx: &Context<'_>,
        from: YearMonth,
        to: YearMonth,
        by: ChannelStatsBy,
        campus: Option<String>,
    ) -> Result<Vec<ReadingChannelStats>> {
        let months = months(from, to)?;
        let campus = read(campus, CampusId::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let stats = channels::stats(pool, by.into(), months, campus.as_ref()).await;
        let stats = stats.map_err(|error| internal(ctx, error))?;
        Ok(stats.into_iter().map(ReadingChannelStats::from).collect())
    }

    /// How readers did in a month (R6).
    #[graphql(
        guard = "may_judge_readers()",
        complexity = "50 + 10 * child_complexity"
    )]
    async fn reader_kpi(
        &self,
        ctx: &Context<'_>,
        month: YearMonth,
        reader: Option<String>,
    ) -> Result<Vec<ReaderKpi>> {
        let reader = read(reader, StaffLogin::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let figures = readers::figures(pool, month.0, reader.as_ref()).await;
        let figures = figures.map_err(|error| internal(ctx, error))?;
        Ok(figures.into_iter().map(ReaderKpi::from).collect())
    }

    /// The centre at a glance; this month, when none is given (R6).
    #[graphql(guard = "may_see_overview()", complexity = "50 + child_complexity")]
    async fn overview(
        &self,
        ctx: &Context<'_>,
        month: Option<YearMonth>,
        campus: Option<String>,
    ) -> Result<Overview> {
        let campus = read(campus, CampusId::try_new)?;
        let store = Services::of(ctx)?.store();
        let today = business_date(store.clock().now());
        let month = month.map_or(BillingMonth::of(today), |month| month.0);
        let shown = overview::overview(store.pool(), month, campus.as_ref(), today).await;
        Ok(shown.map_err(|error| internal(ctx, error))?.into())
    }
}
