use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::collectors::{self, CollectorFilter};

use super::types::{CollectedMeter, Collector, find};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

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
