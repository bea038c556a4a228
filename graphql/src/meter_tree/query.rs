use std::cmp::Reverse;

use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, MeterNo, business_date};
use chaobiao_projections::meter_tree::{LossFilter, MeterLoss as LossRow, losses, query};

use super::types::{LossLimits, LossRank, MeterLoss, MeterTreeNode};
use crate::support::{
    Commodity, Connection, Date, Services, bad_input, connection, internal, may, page, page_size,
};

/// Meters of one tree that are shown.
const NODES_MAX: i64 = 500;

#[derive(Default)]
pub struct MeterTreeQuery;

#[Object]
impl MeterTreeQuery {
    /// The tree below a meter on a day, each meter after the one above it; at most 500.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 100 * child_complexity"
    )]
    async fn meter_tree(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        #[graphql(desc = "Today, when not given.")] on: Option<Date>,
    ) -> Result<Vec<MeterTreeNode>> {
        let services = Services::of(ctx)?;
        let today = business_date(services.store().clock().now());
        let day = on.map_or(today, |on| on.0);
        let nodes = query::below(services.store().pool(), &known(meter_no)?, day, NODES_MAX).await;
        let nodes = nodes.map_err(|error| internal(ctx, error))?;
        Ok(nodes.into_iter().map(Into::into).collect())
    }

    /// The meters a meter is and was behind, the latest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 10 * child_complexity"
    )]
    async fn master_meters(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
    ) -> Result<Vec<MeterTreeNode>> {
        let nodes = query::above(Services::of(ctx)?.store().pool(), &known(meter_no)?).await;
        let nodes = nodes.map_err(|error| internal(ctx, error))?;
        Ok(nodes.into_iter().map(Into::into).collect())
    }

    /// V20: a master's loss between two days; null where nothing is behind it.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "20 + child_complexity"
    )]
    async fn meter_loss(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
        from: Date,
        #[graphql(desc = "Not included.")] to: Date,
    ) -> Result<Option<MeterLoss>> {
        let filter = LossFilter {
            master_no: Some(known(meter_no)?),
            ..period(from, to)?
        };
        let mut rows = ranked(ctx, &filter, LossRank::Percent).await?;
        Ok(rows.pop().map(MeterLoss))
    }

    /// The losses between two days, the worst first: what cannot be before what is unusual, and
    /// then by percent, or by how much was lost.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "50 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn meter_losses(
        &self,
        ctx: &Context<'_>,
        from: Date,
        #[graphql(desc = "Not included.")] to: Date,
        campus: Option<String>,
        commodity: Option<Commodity>,
        #[graphql(default_with = "LossRank::Percent")] rank: LossRank,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<MeterLoss>> {
        // The two orders are two lists: a cursor of one means nothing in the other.
        let list = match rank {
            LossRank::Percent => "meter_losses",
            LossRank::Quantity => "meter_losses_by_quantity",
        };
        let page = page::<usize, ()>(ctx, list, first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let filter = LossFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            commodity: commodity.map(Into::into),
            ..period(from, to)?
        };
        // The last of a list is the newest elsewhere; here it is the worst.
        let mut rows = ranked(ctx, &filter, rank).await?;
        rows.reverse();
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let slice = page.newest_first(&rows).with_total(total);
        connection(ctx, list, slice, MeterLoss)
    }

    /// Which loss is ordinary: every limit set, the latest first, then those before any was.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 10 * child_complexity"
    )]
    async fn loss_limits(&self, ctx: &Context<'_>) -> Result<Vec<LossLimits>> {
        let set = query::limits(Services::of(ctx)?.store().pool()).await;
        let set = set.map_err(|error| internal(ctx, error))?;
        let initial = [Commodity::Water, Commodity::Electricity].map(LossLimits::initial);
        Ok(set.into_iter().map(Into::into).chain(initial).collect())
    }
}

fn known(meter_no: String) -> Result<MeterNo> {
    MeterNo::try_new(meter_no).map_err(|error| bad_input(error.to_string()))
}

fn period(from: Date, to: Date) -> Result<LossFilter> {
    if to <= from {
        return Err(bad_input("期间的结束日期必须晚于开始日期"));
    }
    Ok(LossFilter {
        from: from.0,
        to: to.0,
        master_no: None,
        campus: None,
        commodity: None,
    })
}

/// The worst first.
async fn ranked(ctx: &Context<'_>, filter: &LossFilter, rank: LossRank) -> Result<Vec<LossRow>> {
    let pool = Services::of(ctx)?.store().pool();
    let mut connection = pool.acquire().await.map_err(|error| internal(ctx, error))?;
    let found = losses(&mut connection, filter).await;
    let mut rows = found.map_err(|error| internal(ctx, error))?;
    match rank {
        LossRank::Percent => rows.sort_by_key(|row| {
            let loss = &row.loss;
            Reverse((loss.verdict, loss.percent, loss.quantity))
        }),
        LossRank::Quantity => rows.sort_by_key(|row| {
            let loss = &row.loss;
            Reverse((loss.verdict, loss.quantity, loss.percent))
        }),
    }
    Ok(rows)
}
