use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::device_orders::{self, DeviceOrderFilter};

use super::types::{DeviceOrder, DeviceOrderOutcome, DeviceOrderState};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct DeviceOrderQuery;

#[Object]
impl DeviceOrderQuery {
    /// 设备指令, the newest first; those to be looked at have the outcome `UNKNOWN` and the state
    /// `FINISHED`.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn device_orders(
        &self,
        ctx: &Context<'_>,
        state: Option<DeviceOrderState>,
        outcome: Option<DeviceOrderOutcome>,
        meter_no: Option<String>,
        collector_no: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<DeviceOrder>> {
        let page = page(ctx, "device_orders", first, after.as_deref())?;
        let filter = DeviceOrderFilter {
            state: state.map(DeviceOrderState::stored),
            outcome: outcome.map(DeviceOrderOutcome::stored),
            meter_no,
            collector_no,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = device_orders::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "device_orders", slice, DeviceOrder::from)
    }

    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn device_order(
        &self,
        ctx: &Context<'_>,
        order_id: String,
    ) -> Result<Option<DeviceOrder>> {
        find(ctx, &order_id).await
    }
}

pub(super) async fn find(ctx: &Context<'_>, order_id: &str) -> Result<Option<DeviceOrder>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = device_orders::query::by_id(pool, order_id).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    Ok(row.map(DeviceOrder::from))
}
