use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::collectors::{self, CollectorFilter, ForwardedFilter};
use chrono::{DateTime, Utc};

use super::forwarded::{ForwardedExchange, ForwardedSort};
use super::types::{CollectedMeter, Collector, find};
use crate::support::{
    Connection, Services, connection, internal, may, page, page_size, sorted_page,
};

#[derive(Default)]
pub struct CollectorQuery;

#[Object]
impl CollectorQuery {
    /// 数据采集器, by number: those in use, or those retired.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn collectors(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        #[graphql(desc = "Only those that are linked now, or only those that are not.")]
        linked: Option<bool>,
        #[graphql(default)] retired: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Collector>> {
        let page = page(ctx, "collectors", first, after.as_deref())?;
        let filter = CollectorFilter {
            campus,
            linked,
            retired,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = collectors::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "collectors", slice, Collector::from)
    }

    /// 透传: what platforms sent through collectors, the newest first unless sorted otherwise.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn forwarded_exchanges(
        &self,
        ctx: &Context<'_>,
        collector_no: Option<String>,
        #[graphql(default, desc = "Only those that did not go on.")] blocked_only: bool,
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "Not included.")] to: Option<DateTime<Utc>>,
        sort: Option<ForwardedSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ForwardedExchange>> {
        let page = sorted_page(ctx, "forwarded_exchanges", sort, first, after.as_deref())?;
        let filter = ForwardedFilter {
            collector_no,
            blocked: blocked_only,
            from,
            to,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = collectors::forwarded(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "forwarded_exchanges", slice, ForwardedExchange::from)
    }

    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn collector(
        &self,
        ctx: &Context<'_>,
        collector_no: String,
    ) -> Result<Option<Collector>> {
        find(ctx, &collector_no).await
    }

    /// Where a meter hangs; null where it is not read remotely.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn collected_meter(
        &self,
        ctx: &Context<'_>,
        meter_no: String,
    ) -> Result<Option<CollectedMeter>> {
        let pool = Services::of(ctx)?.store().pool();
        let row = collectors::query::meter(pool, &meter_no).await;
        let row = row.map_err(|error| internal(ctx, error))?;
        Ok(row.map(CollectedMeter::from))
    }
}
