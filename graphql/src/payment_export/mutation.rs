use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::payment_export::CreateExportBatch;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::payments;

use super::ExportBatch;
use super::types::ExportBasis;
use crate::support::{Services, UserError, YearMonth, internal, may, run};

#[derive(InputObject)]
pub(super) struct CreatePaymentExportInput {
    idempotency_key: String,
    basis: ExportBasis,
    month: YearMonth,
}

#[derive(SimpleObject)]
pub(super) struct CreatePaymentExportPayload {
    batch: Option<ExportBatch>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(Default)]
pub struct PaymentExportMutation;

#[Object]
impl PaymentExportMutation {
    /// Closes a batch over every row for the month that is in none yet.
    #[graphql(guard = "may(Permission::ExportPayments)")]
    async fn create_payment_export(
        &self,
        ctx: &Context<'_>,
        input: CreatePaymentExportInput,
    ) -> Result<CreatePaymentExportPayload> {
        let pool = Services::of(ctx)?.store().pool();
        let (basis, month) = (input.basis.into(), input.month.0);
        let counted = payments::query::countable(pool, basis, month).await;
        let counted = counted.map_err(|error| internal(ctx, error))?;
        let create = CreateExportBatch {
            basis,
            month,
            counted,
        };
        let ran = run(
            ctx,
            "createPaymentExport",
            &input.idempotency_key,
            Ok(create),
        )
        .await?;
        let batch = match ran.outcome {
            Some(batch_id) => payments::query::batch(pool, batch_id)
                .await
                .map_err(|error| internal(ctx, error))?,
            None => None,
        };
        Ok(CreatePaymentExportPayload {
            batch: batch.map(ExportBatch::from),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
