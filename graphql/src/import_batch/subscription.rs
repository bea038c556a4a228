use async_graphql::{Context, Result, Subscription};
use chaobiao_domain::units::ImportBatchId;
use chaobiao_projections::imports;
use futures::Stream;

use super::{ImportBatch, may_see_imports};
use crate::support::{bad_input, live_for_all};

#[derive(Default)]
pub struct ImportBatchSubscription;

#[Subscription]
impl ImportBatchSubscription {
    /// How far a file has been taken in, now and after every step.
    #[graphql(guard = "may_see_imports()")]
    async fn import_advanced(
        &self,
        ctx: &Context<'_>,
        batch_id: String,
    ) -> Result<impl Stream<Item = Result<Option<ImportBatch>>>> {
        let batch_id =
            ImportBatchId::try_new(&batch_id).map_err(|error| bad_input(error.to_string()))?;
        live_for_all(ctx, &["imports"], may_see_imports(), move |services| {
            let batch_id = batch_id.clone();
            async move {
                let import = imports::query::by_id(services.store().pool(), &batch_id).await;
                let import = import.map_err(|error| error.to_string())?;
                Ok(import.map(ImportBatch::from))
            }
        })
    }
}
