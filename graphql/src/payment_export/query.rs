use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::payments;

use super::ExportBatch;
use crate::support::{Connection, Services, connection, internal, may_any, page, page_size};

#[derive(Default)]
pub struct PaymentExportQuery;

#[Object]
impl PaymentExportQuery {
    /// The newest first. Auditors see which batches there are; the files are finance's.
    #[graphql(
        guard = "may_any(&[Permission::ExportPayments, Permission::ViewAudit])",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn export_batches(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ExportBatch>> {
        let page = page(ctx, "export_batches", first, after.as_deref())?;
        let slice = payments::query::batches(Services::of(ctx)?.store().pool(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "export_batches", slice, ExportBatch::from)
    }
}
