use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::refund::{
    ApproveRefund, PayRefund, RefundChanged, RefundMethod as Method, RejectRefund, RequestRefund,
    ReturnRefund,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BankReference, RefundId};

use super::query::find;
use super::types::{Purse, Refund, RefundMethod};
use crate::support::{Fen, field, may, may_any, payloads, run};

#[derive(InputObject)]
pub(super) struct RequestRefundInput {
    idempotency_key: String,
    account_no: String,
    purse: Purse,
    /// No more than the account holds.
    amount: Fen,
    method: RefundMethod,
    /// 收款账户, where the bank pays.
    payee: Option<String>,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ApproveRefundInput {
    idempotency_key: String,
    refund_id: String,
}

#[derive(InputObject)]
pub(super) struct RejectRefundInput {
    idempotency_key: String,
    refund_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct PayRefundInCashInput {
    idempotency_key: String,
    refund_id: String,
}

#[derive(InputObject)]
pub(super) struct PayRefundByBankInput {
    idempotency_key: String,
    refund_id: String,
    /// The bank's own number of the transfer, used once.
    bank_reference: String,
}

#[derive(InputObject)]
pub(super) struct ReturnRefundInput {
    idempotency_key: String,
    refund_id: String,
    reason: String,
}

payloads!(
    refund: Refund, |ctx, changed: RefundChanged| find(ctx, &changed.refund_id);
    RequestRefundPayload,
    ApproveRefundPayload,
    RejectRefundPayload,
    PayRefundInCashPayload,
    PayRefundByBankPayload,
    ReturnRefundPayload
);

fn id(text: &str) -> Result<RefundId, Rejection> {
    field("refundId", RefundId::try_new(text))
}

fn request(input: RequestRefundInput) -> Result<RequestRefund, Rejection> {
    Ok(RequestRefund {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        purse: input.purse.into(),
        amount: input.amount.0,
        method: input.method.into(),
        payee: input.payee,
        reason: input.reason,
    })
}

fn by_bank(input: &PayRefundByBankInput) -> Result<PayRefund, Rejection> {
    let reference = BankReference::try_new(&input.bank_reference);
    Ok(PayRefund {
        refund_id: id(&input.refund_id)?,
        method: Method::Bank,
        bank_reference: Some(field("bankReference", reference)?),
    })
}

#[derive(Default)]
pub struct RefundMutation;

#[Object]
impl RefundMutation {
    /// Asks that credit or a deposit be given back (退款). Nothing is set aside: a bill that comes
    /// before the money is paid out has the better right to it.
    #[graphql(guard = "may_any(&[Permission::TakePayments, Permission::ReversePayments])")]
    async fn request_refund(
        &self,
        ctx: &Context<'_>,
        input: RequestRefundInput,
    ) -> Result<RequestRefundPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "requestRefund", &key, request(input)).await?;
        RequestRefundPayload::of(ctx, ran).await
    }

    /// Approves a refund. Neither who asked for it nor who took any of the money may.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn approve_refund(
        &self,
        ctx: &Context<'_>,
        input: ApproveRefundInput,
    ) -> Result<ApproveRefundPayload> {
        let process = id(&input.refund_id).map(|refund_id| ApproveRefund { refund_id });
        let ran = run(ctx, "approveRefund", &input.idempotency_key, process).await?;
        ApproveRefundPayload::of(ctx, ran).await
    }

    /// Turns a refund down, or takes an approved one back before it is paid.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn reject_refund(
        &self,
        ctx: &Context<'_>,
        input: RejectRefundInput,
    ) -> Result<RejectRefundPayload> {
        let process = id(&input.refund_id).map(|refund_id| RejectRefund {
            refund_id,
            reason: input.reason,
        });
        let ran = run(ctx, "rejectRefund", &input.idempotency_key, process).await?;
        RejectRefundPayload::of(ctx, ran).await
    }

    /// Pays an approved refund from the till of whoever is at the counter. Not by who approved it,
    /// and no more than the account still holds.
    #[graphql(guard = "may(Permission::TakePayments)")]
    async fn pay_refund_in_cash(
        &self,
        ctx: &Context<'_>,
        input: PayRefundInCashInput,
    ) -> Result<PayRefundInCashPayload> {
        let process = id(&input.refund_id).map(|refund_id| PayRefund {
            refund_id,
            method: Method::Cash,
            bank_reference: None,
        });
        let ran = run(ctx, "payRefundInCash", &input.idempotency_key, process).await?;
        PayRefundInCashPayload::of(ctx, ran).await
    }

    /// Notes that the bank has paid an approved refund. Not by who approved it.
    #[graphql(guard = "may(Permission::ReconcileBank)")]
    async fn pay_refund_by_bank(
        &self,
        ctx: &Context<'_>,
        input: PayRefundByBankInput,
    ) -> Result<PayRefundByBankPayload> {
        let process = by_bank(&input);
        let ran = run(ctx, "payRefundByBank", &input.idempotency_key, process).await?;
        PayRefundByBankPayload::of(ctx, ran).await
    }

    /// 退款退回: the money has come back, cash into the till of whoever takes it. The account holds it
    /// again.
    #[graphql(guard = "may_any(&[Permission::TakePayments, Permission::ReconcileBank])")]
    async fn return_refund(
        &self,
        ctx: &Context<'_>,
        input: ReturnRefundInput,
    ) -> Result<ReturnRefundPayload> {
        let process = id(&input.refund_id).map(|refund_id| ReturnRefund {
            refund_id,
            reason: input.reason,
        });
        let ran = run(ctx, "returnRefund", &input.idempotency_key, process).await?;
        ReturnRefundPayload::of(ctx, ran).await
    }
}
