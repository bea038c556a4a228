//! Payment gateways at work: orders given to them, their notices taken, questions asked, money
//! given back. What any of it means is decided in the domain.

mod calls;
mod hand_over;
mod http;
mod setup;
pub mod statement;

pub use calls::GatewaySender;
pub(crate) use calls::{Ask, CHANNEL, GatewayCall, RefundCall};
pub use http::routes;

use std::sync::Arc;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::gateway_order::GatewayChannel;
use chaobiao_eventstore::CommandBus;
use chaobiao_integrations::unionpay::UnionPay;
use chaobiao_integrations::wechat_pay::{Stamp, WechatPay};
use rand::RngCore as _;
use uuid::Uuid;

use crate::config::{Config, ConfigError};

/// The gateways that are set up.
#[derive(Clone, Debug)]
pub struct Gateways {
    wechat_pay: Option<Arc<WechatPay>>,
    union_pay: Option<Arc<UnionPay>>,
    public_url: String,
}

/// The gateways, and the bus that takes what they say.
#[derive(Clone)]
pub struct GatewayDesk {
    pub gateways: Gateways,
    pub bus: CommandBus,
}

impl Gateways {
    /// Of clients made elsewhere.
    pub fn of(
        wechat_pay: Option<WechatPay>,
        union_pay: Option<UnionPay>,
        public_url: &str,
    ) -> Self {
        Self {
            wechat_pay: wechat_pay.map(Arc::new),
            union_pay: union_pay.map(Arc::new),
            public_url: public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// As configured; a half-configured gateway is an error, none is fine.
    pub fn open(config: &Config) -> Result<Self, ConfigError> {
        let section = &config.gateways;
        let wechat_pay = setup::wechat_pay(section)?;
        let union_pay = setup::union_pay(section)?;
        let public_url = section.public_url.clone();
        let public_url = public_url.filter(|url| !url.is_empty());
        if public_url.is_none() && (wechat_pay.is_some() || union_pay.is_some()) {
            let key = "gateways.public_url";
            return Err(ConfigError::GatewayIncomplete { key });
        }
        let public_url = public_url.unwrap_or_default();
        Ok(Self::of(wechat_pay, union_pay, &public_url))
    }

    fn notify_url(&self, channel: GatewayChannel) -> String {
        let path = match channel {
            GatewayChannel::WechatPay => http::WECHAT_PAY,
            GatewayChannel::UnionPay => http::UNION_PAY,
        };
        format!("{}{path}", self.public_url)
    }
}

impl GatewayDesk {
    fn stamp(&self) -> Stamp {
        let mut nonce = [0_u8; 16];
        rand::rng().fill_bytes(&mut nonce);
        Stamp {
            now: self.bus.store().clock().now(),
            nonce: hex::encode_upper(nonce),
        }
    }

    /// For a command that follows from what a gateway said.
    fn context(&self, id: Uuid) -> CommandContext {
        let actor = Actor::System("gateway".to_owned());
        CommandContext::new(id, actor, self.bus.store().clock().now())
    }
}
