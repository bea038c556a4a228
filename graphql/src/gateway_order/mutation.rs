use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::gateway_order::{
    AskRefund, CheckGatewayOrder, GatewayOrderChanged, PlaceGatewayOrder, ResolveDispute,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, BillNo, GatewayOrderNo};

use super::query::visible_order;
use super::types::{GatewayChannel, OnlinePayment};
use crate::support::{
    Fen, Invocation, PaymentForm, Services, UserError, WechatPageCall, command_context,
    customer_or, customers, field, internal, may, payloads, run, run_in,
};

#[derive(InputObject)]
pub(super) struct StartOnlinePaymentInput {
    idempotency_key: String,
    channel: GatewayChannel,
    /// Whose bills are paid; accounts bound to the customer.
    account_nos: Vec<String>,
    /// Pays only these; none means all that are open.
    bill_nos: Option<Vec<String>>,
    /// 充值: puts this on the one account given, a prepaid one, instead of paying bills.
    top_up: Option<Fen>,
}

#[derive(InputObject)]
pub(super) struct CheckOnlinePaymentInput {
    idempotency_key: String,
    order_no: String,
}

#[derive(InputObject)]
pub(super) struct ResolveOnlinePaymentInput {
    idempotency_key: String,
    order_no: String,
    /// What was found.
    note: String,
}

#[derive(InputObject)]
pub(super) struct RefundOnlinePaymentInput {
    idempotency_key: String,
    order_no: String,
    reason: String,
}

#[derive(SimpleObject)]
pub(super) struct StartOnlinePaymentPayload {
    online_payment: Option<OnlinePayment>,
    /// For WeChat Pay: what the page hands to `getBrandWCPayRequest`. That it says ok proves nothing.
    wechat_page_call: Option<WechatPageCall>,
    /// For UnionPay: the form the page posts.
    payment_form: Option<PaymentForm>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

payloads!(
    online_payment: OnlinePayment,
    |ctx, changed: GatewayOrderChanged| visible_order(ctx, changed.order_no.as_str());
    CheckOnlinePaymentPayload,
    ResolveOnlinePaymentPayload,
    RefundOnlinePaymentPayload
);

fn order_no(text: &str) -> Result<GatewayOrderNo, Rejection> {
    field("orderNo", GatewayOrderNo::try_new(text))
}

fn place(
    input: &StartOnlinePaymentInput,
    merchant: Option<String>,
) -> Result<PlaceGatewayOrder, Rejection> {
    let accounts = input.account_nos.iter().map(AccountNo::try_new).collect();
    let bills = input.bill_nos.iter().flatten();
    let bills = bills.map(BillNo::try_new).collect();
    Ok(PlaceGatewayOrder {
        channel: input.channel.into(),
        merchant,
        accounts: field("accountNos", accounts)?,
        bills: field("billNos", bills)?,
        top_up: input.top_up.map(|amount| amount.0),
    })
}

#[derive(Default)]
pub struct GatewayOrderMutation;

#[Object]
impl GatewayOrderMutation {
    /// Begins to pay bills of one's accounts at a payment gateway. The same key again is the same
    /// order, given to the gateway once more.
    #[graphql(guard = "customers()")]
    async fn start_online_payment(
        &self,
        ctx: &Context<'_>,
        input: StartOnlinePaymentInput,
    ) -> Result<StartOnlinePaymentPayload> {
        let context = command_context(ctx, "startOnlinePayment", &input.idempotency_key)?;
        let gateways = &Services::of(ctx)?.gateways;
        let process = place(&input, gateways.merchant(input.channel.into()));
        let ran = run_in(ctx, context.clone(), process).await?;
        let mut payload = StartOnlinePaymentPayload {
            online_payment: None,
            wechat_page_call: None,
            payment_form: None,
            user_errors: ran.user_errors,
            pending: ran.pending,
        };
        let Some(placed) = ran.outcome else {
            return Ok(payload);
        };
        let handed = gateways.hand_over(&placed.order_no, &context).await;
        match handed.map_err(|error| internal(ctx, error))? {
            Ok(Invocation::Wechat(call)) => payload.wechat_page_call = Some(call),
            Ok(Invocation::Form(form)) => payload.payment_form = Some(form),
            Err(rejection) => payload.user_errors.push(rejection.into()),
        }
        payload.online_payment = visible_order(ctx, placed.order_no.as_str()).await?;
        Ok(payload)
    }

    /// Has the gateway asked how an order stands, such as when the payer says that it is paid.
    #[graphql(guard = "customer_or(Permission::ViewPayments)")]
    async fn check_online_payment(
        &self,
        ctx: &Context<'_>,
        input: CheckOnlinePaymentInput,
    ) -> Result<CheckOnlinePaymentPayload> {
        let process = order_no(&input.order_no).map(|order_no| CheckGatewayOrder { order_no });
        let key = &input.idempotency_key;
        let ran = run(ctx, "checkOnlinePayment", key, process).await?;
        CheckOnlinePaymentPayload::of(ctx, ran).await
    }

    /// Says that somebody has looked at what was wrong. The gateway is asked once more, and its
    /// answer counts.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn resolve_online_payment(
        &self,
        ctx: &Context<'_>,
        input: ResolveOnlinePaymentInput,
    ) -> Result<ResolveOnlinePaymentPayload> {
        let process = order_no(&input.order_no).map(|order_no| ResolveDispute {
            order_no,
            note: input.note,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "resolveOnlinePayment", key, process).await?;
        ResolveOnlinePaymentPayload::of(ctx, ran).await
    }

    /// Has the gateway give an order's money back to the payer. The payment is undone when the
    /// gateway says that it has.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn refund_online_payment(
        &self,
        ctx: &Context<'_>,
        input: RefundOnlinePaymentInput,
    ) -> Result<RefundOnlinePaymentPayload> {
        let process = order_no(&input.order_no).map(|order_no| AskRefund {
            order_no,
            reason: input.reason,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "refundOnlinePayment", key, process).await?;
        RefundOnlinePaymentPayload::of(ctx, ran).await
    }
}
