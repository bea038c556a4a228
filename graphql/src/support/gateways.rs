use async_graphql::SimpleObject;
use async_trait::async_trait;
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_domain::units::GatewayOrderNo;

/// What the page hands to `getBrandWCPayRequest`, under the names `WeChat` uses there.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct WechatPageCall {
    pub app_id: String,
    /// Seconds, as a text.
    pub time_stamp: String,
    pub nonce_str: String,
    pub package: String,
    pub sign_type: String,
    pub pay_sign: String,
}

#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct FormField {
    pub name: String,
    pub value: String,
}

/// What the page posts to UnionPay, field by field and unchanged.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct PaymentForm {
    pub action: String,
    pub fields: Vec<FormField>,
}

/// How the page goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    Wechat(WechatPageCall),
    Form(PaymentForm),
}

/// The payment gateways. The house that speaks to them is another one.
#[async_trait]
pub trait PaymentGateways: Send + Sync {
    /// Our number at a gateway; none where it is not set up.
    fn merchant(&self, channel: GatewayChannel) -> Option<String>;

    /// Gives an order to its gateway; given again, it is the same order there. The outer error is a
    /// fault, the inner one an answer.
    async fn hand_over(
        &self,
        order_no: &GatewayOrderNo,
        context: &CommandContext,
    ) -> Result<Result<Invocation, Rejection>, String>;
}
