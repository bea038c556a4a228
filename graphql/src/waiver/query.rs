use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::WaiverId;
use chaobiao_projections::waivers::{self, WaiverFilter};

use super::types::{Waiver, WaiverState};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct WaiverQuery;

#[Object]
impl WaiverQuery {
    /// 减免与核销, the newest first; those waiting for approval are `REQUESTED`.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn waivers(
        &self,
        ctx: &Context<'_>,
        state: Option<WaiverState>,
        account_no: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Waiver>> {
        let page = page(ctx, "waivers", first, after.as_deref())?;
        let filter = WaiverFilter {
            state: state.map(WaiverState::stored),
            account_no,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = waivers::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "waivers", slice, Waiver::from)
    }
}

pub(super) async fn find(ctx: &Context<'_>, waiver_id: &WaiverId) -> Result<Option<Waiver>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = waivers::query::by_id(pool, waiver_id.as_str()).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    Ok(row.map(Waiver::from))
}
