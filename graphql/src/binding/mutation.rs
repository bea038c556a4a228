use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::customer::{ApproveBinding, RejectBinding, RequestBinding, RevokeBinding};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BindingId};
use chaobiao_projections::binding_queue;

use super::Binding;
use crate::support::{
    ErrorCode, Services, Viewer, coded, customer_or, customers, field, internal, may, payloads, run,
};

#[derive(InputObject)]
pub(super) struct RequestBindingInput {
    idempotency_key: String,
    account_no: String,
    /// The name the account is held under.
    holder_name: String,
}

#[derive(InputObject)]
pub(super) struct ApproveBindingInput {
    idempotency_key: String,
    binding_id: String,
}

#[derive(InputObject)]
pub(super) struct RejectBindingInput {
    idempotency_key: String,
    binding_id: String,
    /// Shown to the customer.
    reason: String,
}

#[derive(InputObject)]
pub(super) struct RevokeBindingInput {
    idempotency_key: String,
    binding_id: String,
}

payloads!(
    binding: Binding, |ctx, id: BindingId| find(ctx, id);
    RequestBindingPayload,
    ApproveBindingPayload,
    RejectBindingPayload,
    RevokeBindingPayload
);

async fn find(ctx: &Context<'_>, id: &BindingId) -> Result<Option<Binding>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = binding_queue::binding(pool, id.as_str()).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(Binding))
}

#[derive(Default)]
pub struct BindingMutation;

#[Object]
impl BindingMutation {
    /// Asks to bind an account to the viewer.
    #[graphql(guard = "customers()")]
    async fn request_binding(
        &self,
        ctx: &Context<'_>,
        input: RequestBindingInput,
    ) -> Result<RequestBindingPayload> {
        let Some(customer) = ctx.data::<Viewer>()?.customer() else {
            return Err(coded(ErrorCode::Forbidden, "没有权限"));
        };
        let account_no = field("accountNo", AccountNo::try_new(&input.account_no));
        let process = account_no.map(|account_no| RequestBinding {
            customer_id: customer.customer_id.clone(),
            account_no,
            holder_name: input.holder_name,
        });
        let ran = run(ctx, "requestBinding", &input.idempotency_key, process).await?;
        RequestBindingPayload::of(ctx, ran.map(|requested| requested.binding_id)).await
    }

    #[graphql(guard = "may(Permission::DecideBindings)")]
    async fn approve_binding(
        &self,
        ctx: &Context<'_>,
        input: ApproveBindingInput,
    ) -> Result<ApproveBindingPayload> {
        let id = field("bindingId", BindingId::try_new(&input.binding_id));
        let process = id.map(|binding_id| ApproveBinding { binding_id });
        let ran = run(ctx, "approveBinding", &input.idempotency_key, process).await?;
        ApproveBindingPayload::of(ctx, ran.map(|changed| changed.binding_id)).await
    }

    #[graphql(guard = "may(Permission::DecideBindings)")]
    async fn reject_binding(
        &self,
        ctx: &Context<'_>,
        input: RejectBindingInput,
    ) -> Result<RejectBindingPayload> {
        let id = field("bindingId", BindingId::try_new(&input.binding_id));
        let process = id.map(|binding_id| RejectBinding {
            binding_id,
            reason: input.reason,
        });
        let ran = run(ctx, "rejectBinding", &input.idempotency_key, process).await?;
        RejectBindingPayload::of(ctx, ran.map(|changed| changed.binding_id)).await
    }

    /// Ends a binding or withdraws a request: customers their own, staff any.
    #[graphql(guard = "customer_or(Permission::DecideBindings)")]
    async fn revoke_binding(
        &self,
        ctx: &Context<'_>,
        input: RevokeBindingInput,
    ) -> Result<RevokeBindingPayload> {
        let id = field("bindingId", BindingId::try_new(&input.binding_id));
        let process = id.map(|binding_id| RevokeBinding { binding_id });
        let ran = run(ctx, "revokeBinding", &input.idempotency_key, process).await?;
        RevokeBindingPayload::of(ctx, ran.map(|changed| changed.binding_id)).await
    }
}
