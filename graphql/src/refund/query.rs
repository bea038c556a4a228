use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::RefundId;
use chaobiao_projections::refunds::{self, RefundFilter};

use super::types::{Refund, RefundState};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct RefundQuery;

#[Object]
impl RefundQuery {
    /// 退款, the newest first; those waiting for approval are `REQUESTED`, those to be paid out
    /// `APPROVED`.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn refunds(
        &self,
        ctx: &Context<'_>,
        state: Option<RefundState>,
        account_no: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Refund>> {
        let page = page(ctx, "refunds", first, after.as_deref())?;
        let filter = RefundFilter {
            state: state.map(RefundState::stored),
            account_no,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = refunds::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "refunds", slice, Refund::from)
    }
}

pub(super) async fn find(ctx: &Context<'_>, refund_id: &RefundId) -> Result<Option<Refund>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = refunds::query::by_id(pool, refund_id.as_str()).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    Ok(row.map(Refund::from))
}
