use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::receipt_stock;

use super::types::ReceiptStock;
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct ReceiptStockQuery;

#[Object]
impl ReceiptStockQuery {
    /// Bundles of numbered paper, the last handed out first.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn receipt_stock(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        cashier: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ReceiptStock>> {
        let page = page(ctx, "receiptStock", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice =
            receipt_stock::query::list(pool, campus.as_deref(), cashier.as_deref(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "receiptStock", slice, ReceiptStock::from)
    }
}

pub(super) async fn find(ctx: &Context<'_>, stock_no: &str) -> Result<Option<ReceiptStock>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = receipt_stock::query::by_number(pool, stock_no).await;
    Ok(row
        .map_err(|error| internal(ctx, error))?
        .map(ReceiptStock::from))
}
