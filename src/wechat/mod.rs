//! The official account at work: people who sign in by it, news to those who follow it, and what it
//! tells us.

mod desk;
mod http;
mod menu;
mod news;
mod sender;
mod setup;
mod template;

pub use http::routes;
pub use menu::{MenuFault, site_menu};
pub use sender::WechatSender;

use std::collections::BTreeMap;
use std::sync::Arc;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_eventstore::CommandBus;
use chaobiao_eventstore::access::Access;
use chaobiao_integrations::wechat::{MessageKey, ServerToken, Wechat};
use uuid::Uuid;

use crate::config::{Config, ConfigError};
use template::Template;

/// The account, set up.
#[derive(Debug)]
struct Account {
    client: Wechat,
    /// What calls to us are signed with.
    token: ServerToken,
    /// Calls to us are encrypted where there is one.
    message_key: Option<MessageKey>,
    templates: BTreeMap<String, Template>,
    /// The site, as people reach it.
    public_url: String,
}

/// The account, if there is one, and the bus that takes what it says.
#[derive(Clone)]
pub struct WechatDesk {
    account: Option<Arc<Account>>,
    bus: CommandBus,
    access: Access,
}

impl WechatDesk {
    /// As configured; a half-configured account is an error, none is fine.
    pub fn open(config: &Config, bus: CommandBus, access: Access) -> Result<Self, ConfigError> {
        let account = setup::account(&config.wechat)?;
        Ok(Self {
            account: account.map(Arc::new),
            bus,
            access,
        })
    }

    /// For a command that follows from what the account said.
    fn context(&self, id: Uuid) -> CommandContext {
        let actor = Actor::System("wechat".to_owned());
        CommandContext::new(id, actor, self.bus.store().clock().now())
    }
}
