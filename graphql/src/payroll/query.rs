use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::payroll;

use super::types::{PayrollBatch, PayrollMandate, PayrollRow, PayrollRowState};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct PayrollQuery;

#[Object]
impl PayrollQuery {
    /// Whether an account is paid from somebody's wages; null where it is not.
    #[graphql(guard = "may(Permission::ViewPayments)")]
    async fn payroll_mandate(
        &self,
        ctx: &Context<'_>,
        account_no: String,
    ) -> Result<Option<PayrollMandate>> {
        find_mandate(ctx, &account_no).await
    }

    /// Batches for the payroll office, the newest first.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn payroll_batches(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<PayrollBatch>> {
        let page = page(ctx, "payrollBatches", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = payroll::query::batches(pool, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "payrollBatches", slice, PayrollBatch::from)
    }

    #[graphql(guard = "may(Permission::ViewPayments)")]
    async fn payroll_batch(
        &self,
        ctx: &Context<'_>,
        batch_no: String,
    ) -> Result<Option<PayrollBatch>> {
        find_batch(ctx, &batch_no).await
    }

    /// The rows of a batch by account number; those not deducted, with the reason, are `REFUSED`.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn payroll_rows(
        &self,
        ctx: &Context<'_>,
        batch_no: String,
        state: Option<PayrollRowState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<PayrollRow>> {
        let page = page(ctx, "payrollRows", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let state = state.map(PayrollRowState::stored);
        let slice = payroll::query::rows(pool, &batch_no, state, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "payrollRows", slice, PayrollRow::from)
    }
}

pub(super) async fn find_mandate(
    ctx: &Context<'_>,
    account_no: &str,
) -> Result<Option<PayrollMandate>> {
    let pool = Services::of(ctx)?.store().pool();
    let found = payroll::query::mandate(pool, account_no).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.map(PayrollMandate::from))
}

pub(super) async fn find_batch(ctx: &Context<'_>, batch_no: &str) -> Result<Option<PayrollBatch>> {
    let pool = Services::of(ctx)?.store().pool();
    let found = payroll::query::batch(pool, batch_no).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.map(PayrollBatch::from))
}
