use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ReceiptNo;
use chaobiao_projections::receipts;

use super::Receipt;
use crate::payment::visible;
use crate::support::{Services, customer_or, internal};

#[derive(Default)]
pub struct ReceiptQuery;

#[Object]
impl ReceiptQuery {
    /// A receipt by its number; to customers only when it is for an account of theirs.
    #[graphql(guard = "customer_or(Permission::ViewPayments)")]
    async fn receipt(&self, ctx: &Context<'_>, receipt_no: String) -> Result<Option<Receipt>> {
        find(ctx, &receipt_no).await
    }
}

pub(crate) async fn find(ctx: &Context<'_>, receipt_no: &str) -> Result<Option<Receipt>> {
    let Ok(receipt_no) = ReceiptNo::try_new(receipt_no) else {
        return Ok(None);
    };
    let pool = Services::of(ctx)?.store().pool();
    let row = receipts::query::by_number(pool, &receipt_no).await;
    let Some(row) = row.map_err(|error| internal(ctx, error))? else {
        return Ok(None);
    };
    let seen = visible(ctx, row.payment_id.as_str()).await?.is_some();
    Ok(seen.then(|| row.into()))
}
