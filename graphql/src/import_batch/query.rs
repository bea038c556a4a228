use async_graphql::{Context, Object, Result};
use chaobiao_domain::units::ImportBatchId;
use chaobiao_projections::imports;

use super::{ImportBatch, may_see_imports};
use crate::support::{Connection, Services, connection, internal, page, page_size};

#[derive(Default)]
pub struct ImportBatchQuery;

#[Object]
impl ImportBatchQuery {
    /// Files taken in, the newest first.
    #[graphql(
        guard = "may_see_imports()",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn import_batches(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ImportBatch>> {
        let page = page(ctx, "import_batches", first, after.as_deref())?;
        let slice = imports::query::imports(Services::of(ctx)?.store().pool(), &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "import_batches", slice, ImportBatch::from)
    }

    #[graphql(guard = "may_see_imports()")]
    async fn import_batch(
        &self,
        ctx: &Context<'_>,
        batch_id: String,
    ) -> Result<Option<ImportBatch>> {
        let Ok(batch_id) = ImportBatchId::try_new(&batch_id) else {
            return Ok(None);
        };
        find(ctx, &batch_id).await
    }
}

pub(super) async fn find(
    ctx: &Context<'_>,
    batch_id: &ImportBatchId,
) -> Result<Option<ImportBatch>> {
    let pool = Services::of(ctx)?.store().pool();
    let import = imports::query::by_id(pool, batch_id).await;
    Ok(import
        .map_err(|error| internal(ctx, error))?
        .map(ImportBatch::from))
}
