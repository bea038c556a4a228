use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::import_batch::{ApproveImportUndo, ImportChanged, RequestImportUndo};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ImportBatchId;

use super::ImportBatch;
use super::query::find;
use crate::support::{field, may, may_any, payloads, run};

#[derive(InputObject)]
struct RequestImportUndoInput {
    idempotency_key: String,
    batch_id: String,
    /// Why the file should never have come in.
    reason: String,
}

#[derive(InputObject)]
struct ApproveImportUndoInput {
    idempotency_key: String,
    batch_id: String,
}

payloads!(
    import_batch: ImportBatch, |ctx, changed: ImportChanged| find(ctx, &changed.batch_id);
    RequestImportUndoPayload,
    ApproveImportUndoPayload
);

#[derive(Default)]
pub struct ImportBatchMutation;

#[Object]
impl ImportBatchMutation {
    /// Asks for the readings of a file to be taken back as a whole; another person has to agree.
    #[graphql(guard = "may_any(&[Permission::ManageMeters, Permission::ReviewReadings])")]
    async fn request_import_undo(
        &self,
        ctx: &Context<'_>,
        input: RequestImportUndoInput,
    ) -> Result<RequestImportUndoPayload> {
        let batch_id = field("batchId", ImportBatchId::try_new(&input.batch_id));
        let process = batch_id.map(|batch_id| RequestImportUndo {
            batch_id,
            reason: input.reason.clone(),
        });
        let ran = run(ctx, "requestImportUndo", &input.idempotency_key, process).await?;
        RequestImportUndoPayload::of(ctx, ran).await
    }

    /// Agrees. Readings that something rests on already stay, and are listed with why.
    #[graphql(guard = "may(Permission::ApproveCorrections)")]
    async fn approve_import_undo(
        &self,
        ctx: &Context<'_>,
        input: ApproveImportUndoInput,
    ) -> Result<ApproveImportUndoPayload> {
        let batch_id = field("batchId", ImportBatchId::try_new(&input.batch_id));
        let process = batch_id.map(|batch_id| ApproveImportUndo { batch_id });
        let ran = run(ctx, "approveImportUndo", &input.idempotency_key, process).await?;
        ApproveImportUndoPayload::of(ctx, ran).await
    }
}
