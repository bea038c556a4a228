use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::AccountNo;
use chaobiao_projections::gateway_orders::{self, OrderFilter};

use super::types::{OnlinePayment, OnlinePaymentStatus};
use crate::support::{
    Connection, Services, Viewer, bad_input, connection, customer_or, internal, page, page_size,
};

#[derive(Default)]
pub struct GatewayOrderQuery;

#[Object]
impl GatewayOrderQuery {
    /// Orders at payment gateways, the newest first; customers see their own.
    #[graphql(
        guard = "customer_or(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn online_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "None means all.")] statuses: Option<Vec<OnlinePaymentStatus>>,
        account_no: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<OnlinePayment>> {
        let page = page(ctx, "online_payments", first, after.as_deref())?;
        let account_no = account_no.map(AccountNo::try_new).transpose();
        let customer = ctx.data::<Viewer>()?.customer();
        let statuses = statuses.into_iter().flatten();
        let filter = OrderFilter {
            customer_id: customer.map(|customer| customer.customer_id.clone()),
            account_no: account_no.map_err(|error| bad_input(error.to_string()))?,
            statuses: statuses.map(|status| status.as_str().to_owned()).collect(),
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = gateway_orders::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "online_payments", slice, OnlinePayment::from)
    }

    /// One order; to customers only their own.
    #[graphql(guard = "customer_or(Permission::ViewPayments)")]
    async fn online_payment(
        &self,
        ctx: &Context<'_>,
        order_no: String,
    ) -> Result<Option<OnlinePayment>> {
        visible_order(ctx, &order_no).await
    }
}

/// An order as far as the viewer may see it.
pub(super) async fn visible_order(
    ctx: &Context<'_>,
    order_no: &str,
) -> Result<Option<OnlinePayment>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = gateway_orders::query::by_no(pool, order_no).await;
    let row = row.map_err(|error| internal(ctx, error))?;
    let customer = ctx.data::<Viewer>()?.customer();
    let allowed = |row: &gateway_orders::OrderRow| {
        customer.is_none_or(|customer| row.customer_id.as_ref() == Some(&customer.customer_id))
    };
    Ok(row.filter(allowed).map(OnlinePayment::from))
}
