//! Giving an order to its gateway.

use async_trait::async_trait;
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::gateway_order::{
    CallOutcome, GatewayChannel, GatewayOrderError, HandOverDetails, NoteHandOver, OrderForCall,
    OrderStatus,
};
use chaobiao_domain::units::GatewayOrderNo;
use chaobiao_eventstore::CommandError;
use chaobiao_graphql::support::{
    FormField, Invocation, PaymentForm, PaymentGateways, WechatPageCall,
};
use chaobiao_integrations::CallError;
use chaobiao_integrations::unionpay::{FrontOrder, OrderKey};
use chaobiao_integrations::wechat_pay::{JsapiOrder, WechatPay};
use chrono::{FixedOffset, Offset as _, Utc};

use super::GatewayDesk;

const DESCRIPTION: &str = "水电费";

impl GatewayDesk {
    async fn order_at_wechat(
        &self,
        gateway: &WechatPay,
        order: &HandOverDetails,
    ) -> (CallOutcome, Option<String>) {
        let zone = FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| Utc.fix());
        let jsapi = JsapiOrder {
            out_trade_no: order.order_no.to_string(),
            description: DESCRIPTION.to_owned(),
            total_fen: order.amount.value(),
            openid: order.openid.clone().unwrap_or_default(),
            expires_at: order.expires_at.with_timezone(&zone),
            notify_url: self.gateways.notify_url(order.channel),
        };
        match gateway.order(&jsapi, &self.stamp()).await {
            Ok(prepay_id) => (CallOutcome::Accepted, Some(prepay_id)),
            Err(error) => (outcome(&error), None),
        }
    }

    fn form(&self, order: &HandOverDetails) -> Result<Option<PaymentForm>, String> {
        let Some(gateway) = &self.gateways.union_pay else {
            return Ok(None);
        };
        let front = FrontOrder {
            key: OrderKey {
                order_id: order.order_no.to_string(),
                txn_time: order.placed_at,
            },
            amount_fen: order.amount.value(),
            pay_until: order.expires_at,
            front_url: format!(
                "{}{}",
                self.gateways.public_url,
                super::http::UNION_PAY_BACK
            ),
            back_url: self.gateways.notify_url(order.channel),
        };
        let form = gateway
            .front_form(&front)
            .map_err(|error| error.to_string())?;
        let fields = form.fields.into_iter();
        Ok(Some(PaymentForm {
            action: form.action,
            fields: fields
                .map(|(name, value)| FormField { name, value })
                .collect(),
        }))
    }

    async fn note(
        &self,
        order: &HandOverDetails,
        context: &CommandContext,
        outcome: CallOutcome,
        reference: Option<String>,
    ) -> Result<(), String> {
        let note = NoteHandOver {
            order_no: order.order_no.clone(),
            outcome,
            reference,
        };
        // Every attempt is one of its own.
        let label = format!("hand_over/{}", self.stamp().nonce);
        let context = context.follow_up(&label, context.actor.clone());
        let noted = self.bus.execute(context, note).await;
        noted.map(drop).map_err(|error| error.to_string())
    }
}

/// What a failed call means for whoever asked for it.
pub(super) fn outcome(error: &CallError) -> CallOutcome {
    match error {
        CallError::NotSent(what) => CallOutcome::Refused {
            code: format!("NOT_SENT: {what}"),
        },
        CallError::Refused { code, .. } => CallOutcome::Refused { code: code.clone() },
        CallError::Unknown(_) | CallError::Untrusted(_) => CallOutcome::Unknown {
            detail: error.to_string(),
        },
    }
}

#[async_trait]
impl PaymentGateways for GatewayDesk {
    fn merchant(&self, channel: GatewayChannel) -> Option<String> {
        match channel {
            GatewayChannel::WechatPay => {
                let gateway = self.gateways.wechat_pay.as_ref()?;
                Some(gateway.merchant().mchid.clone())
            }
            GatewayChannel::UnionPay => {
                let gateway = self.gateways.union_pay.as_ref()?;
                Some(gateway.merchant().mer_id.clone())
            }
        }
    }

    async fn hand_over(
        &self,
        order_no: &GatewayOrderNo,
        context: &CommandContext,
    ) -> Result<Result<Invocation, Rejection>, String> {
        let look = OrderForCall {
            order_no: order_no.clone(),
        };
        let order = match self.bus.preview(context, &look).await {
            Ok(order) => order,
            Err(CommandError::Refused(rejection)) => return Ok(Err(rejection)),
            Err(error) => return Err(error.to_string()),
        };
        let now = self.bus.store().clock().now();
        if order.status != OrderStatus::Waiting || now >= order.expires_at {
            return Ok(Err(GatewayOrderError::Expired.into()));
        }
        if order.channel == GatewayChannel::UnionPay {
            let Some(form) = self.form(&order)? else {
                return Ok(Err(GatewayOrderError::NotConfigured.into()));
            };
            self.note(&order, context, CallOutcome::Accepted, None)
                .await?;
            return Ok(Ok(Invocation::Form(form)));
        }
        let Some(gateway) = &self.gateways.wechat_pay else {
            return Ok(Err(GatewayOrderError::NotConfigured.into()));
        };
        let (outcome, prepay_id) = self.order_at_wechat(gateway, &order).await;
        self.note(&order, context, outcome.clone(), prepay_id.clone())
            .await?;
        let Some(prepay_id) = prepay_id else {
            return Ok(Err(match outcome {
                CallOutcome::Unknown { .. } => GatewayOrderError::HandOverUnknown.into(),
                _ => GatewayOrderError::HandOverRefused.into(),
            }));
        };
        let call = gateway.merchant().page_call(&prepay_id, &self.stamp());
        let call = call.map_err(|error| error.to_string())?;
        Ok(Ok(Invocation::Wechat(WechatPageCall {
            app_id: call.app_id,
            time_stamp: call.time_stamp,
            nonce_str: call.nonce_str,
            package: call.package,
            sign_type: call.sign_type,
            pay_sign: call.pay_sign,
        })))
    }
}
