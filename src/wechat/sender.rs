//! News on their way to people: by the account where they follow it, by a text message where it
//! certainly did not take them. What may have gone out is shown and never sent again.

use std::sync::Arc;

use async_trait::async_trait;
use chaobiao_domain::customer::FindReachable;
use chaobiao_domain::units::{CustomerId, MeterNo};
use chaobiao_eventstore::{CommandError, Delivery, OutboxMessage, Outgoing, Sender, StoreError};
use chaobiao_integrations::wechat::{ClientMessageId, Refusal, TemplateMessage, WechatError};
use chaobiao_projections::{binding_queue, meter_card};
use uuid::Uuid;

use super::news::{News, To};
use super::{Account, WechatDesk};
use crate::config::Config;
use crate::sms::{Rest, SmsSender, WORTH_TRYING};

pub(super) const CHANNEL: &str = "wechat";
/// Used where a message has no template of its own.
const ANY: &str = "notice";
/// Where a touch leads to.
const PAGE: &str = "/m/";

/// Sends news by the account and by text, and every other message by text or whoever comes after.
pub struct WechatSender {
    desk: WechatDesk,
    /// By which news go; a development server writes to nobody.
    account: Option<Arc<Account>>,
    rest: Rest,
    texts: SmsSender,
}

/// What came of an attempt by the account.
enum Attempt {
    Over(Delivery),
    /// It certainly did not go out; whether it may later.
    Untaken {
        why: String,
        later: bool,
    },
}

impl WechatSender {
    pub fn new(config: &Config, desk: WechatDesk, texts: SmsSender) -> Self {
        let account = desk.account.clone().filter(|_| !config.development);
        Self {
            desk,
            account,
            rest: Rest::default(),
            texts,
        }
    }

    async fn news(&self, outgoing: &Outgoing, news: &News) -> Delivery {
        match &news.to {
            To::CustomerId(customer_id) => self.tell(outgoing, news, customer_id).await,
            To::MeterNo(meter_no) => match self.hand_round(outgoing, meter_no).await {
                Ok(0) => Delivery::Dropped {
                    detail: "nobody has bound the account".to_owned(),
                },
                Ok(count) => Delivery::Sent {
                    detail: Some(format!("handed on to {count}")),
                    provider_number: None,
                },
                Err(error) => self.later(outgoing, &error.to_string()),
            },
        }
    }

    /// A message of its own for each customer whose account pays for the meter now.
    async fn hand_round(
        &self,
        outgoing: &Outgoing,
        meter_no: &MeterNo,
    ) -> Result<usize, StoreError> {
        let store = self.desk.bus.store();
        let pool = store.pool();
        let account_no = meter_card::query::payer(pool, meter_no.as_str()).await?;
        let Some(account_no) = account_no else {
            return Ok(0);
        };
        let customers = binding_queue::customers_of(pool, &account_no).await?;
        for customer_id in &customers {
            let mut message = outgoing.message.clone();
            message["customer_id"] = customer_id.as_str().into();
            if let Some(fields) = message.as_object_mut() {
                fields.remove("meter_no");
            }
            let channel = CHANNEL.to_owned();
            let id = Uuid::new_v5(&outgoing.id, customer_id.as_bytes());
            store
                .enqueue(id, OutboxMessage { channel, message })
                .await?;
        }
        Ok(customers.len())
    }

    async fn tell(&self, outgoing: &Outgoing, news: &News, customer_id: &CustomerId) -> Delivery {
        let find = FindReachable {
            customer_id: customer_id.clone(),
        };
        let context = self.desk.context(outgoing.id);
        let reachable = match self.desk.bus.preview(&context, &find).await {
            Ok(reachable) => reachable,
            Err(CommandError::Refused(rejection)) => {
                let detail = rejection.code;
                return Delivery::Dropped { detail };
            }
            Err(error) => return self.later(outgoing, &error.to_string()),
        };
        let attempt = match (&self.account, &reachable.openid) {
            (Some(account), Some(openid)) => self.by_account(account, outgoing, news, openid).await,
            (_, None) => untaken("no WeChat id that follows", false),
            (None, _) => untaken("no official account", false),
        };
        let (why, later) = match attempt {
            Attempt::Over(delivery) => return delivery,
            Attempt::Untaken { why, later } => (why, later),
        };
        if later && !self.texts.goes_out() {
            tracing::warn!(message = %outgoing.id, why, "news have to wait");
            return self.later(outgoing, &why);
        }
        let Some(text) = news.as_text(outgoing, customer_id, &reachable) else {
            let detail = "the person is erased".to_owned();
            return Delivery::Dropped { detail };
        };
        explained(self.texts.send(&text).await, &why)
    }

    async fn by_account(
        &self,
        account: &Account,
        outgoing: &Outgoing,
        news: &News,
        openid: &str,
    ) -> Attempt {
        let own = account.templates.get(&news.template);
        let Some(template) = own.or_else(|| account.templates.get(ANY)) else {
            return untaken(&format!("no template for {}", news.template), false);
        };
        let values = match template.fill(&news.values(outgoing)) {
            Ok(values) => values,
            Err(name) => return untaken(&format!("there is no {name}"), false),
        };
        let id = outgoing.id.simple().to_string();
        let Some(id) = ClientMessageId::new(&id) else {
            return untaken("no number for it", false);
        };
        let message = TemplateMessage {
            openid: openid.to_owned(),
            template_id: template.number.clone(),
            url: Some(format!("{}{PAGE}", account.public_url)),
            id,
            values,
        };
        let now = self.desk.bus.store().clock().now();
        if self.rest.is_taken(now) {
            return untaken("it did not answer just now", true);
        }
        let outcome = account.client.send_template(&message, now).await;
        self.rest
            .note(matches!(outcome, Err(WechatError::Unknown(_))), now);
        match outcome {
            Ok(number) => {
                let number = format!("wechat {number}");
                Attempt::Over(Delivery::Sent {
                    detail: Some(number.clone()),
                    provider_number: Some(number),
                })
            }
            Err(error) => untaken_by(&error),
        }
    }

    /// Again in a while, as long as it is worth it.
    fn later(&self, outgoing: &Outgoing, why: &str) -> Delivery {
        let detail = format!("wechat: {why}");
        let now = self.desk.bus.store().clock().now();
        if now - outgoing.created_at < WORTH_TRYING {
            Delivery::Later { detail }
        } else {
            Delivery::Failed { detail }
        }
    }
}

fn untaken(why: &str, later: bool) -> Attempt {
    let why = why.to_owned();
    Attempt::Untaken { why, later }
}

fn untaken_by(error: &WechatError) -> Attempt {
    let why = error.to_string();
    match error {
        WechatError::Unknown(_) => {
            let detail = format!("wechat: {why}");
            Attempt::Over(Delivery::Unknown { detail })
        }
        WechatError::NotSent(_)
        | WechatError::Refused {
            meaning: Refusal::Busy | Refusal::Token,
            ..
        } => untaken(&why, true),
        WechatError::Refused {
            meaning: Refusal::Account,
            ..
        } => {
            tracing::error!(why, "the official account takes nothing of ours");
            untaken(&why, true)
        }
        _ => untaken(&why, false),
    }
}

/// What came of a text message, and why it was one.
fn explained(delivery: Delivery, why: &str) -> Delivery {
    let full = |detail: String| format!("wechat: {why}; {detail}");
    match delivery {
        Delivery::Sent {
            detail,
            provider_number,
        } => Delivery::Sent {
            detail: Some(full(detail.unwrap_or_else(|| "by text".to_owned()))),
            provider_number,
        },
        Delivery::Failed { detail } => Delivery::Failed {
            detail: full(detail),
        },
        Delivery::Later { detail } => Delivery::Later {
            detail: full(detail),
        },
        Delivery::Dropped { detail } => Delivery::Dropped {
            detail: full(detail),
        },
        Delivery::Unknown { detail } => Delivery::Unknown {
            detail: full(detail),
        },
    }
}

#[async_trait]
impl Sender for WechatSender {
    async fn send(&self, outgoing: &Outgoing) -> Delivery {
        let nowhere = self.account.is_none() && !self.texts.goes_out();
        if outgoing.channel != CHANNEL || nowhere {
            return self.texts.send(outgoing).await;
        }
        match serde_json::from_value::<News>(outgoing.message.clone()) {
            Ok(news) => self.news(outgoing, &news).await,
            // The error could quote the message.
            Err(_) => Delivery::Failed {
                detail: "not news as they are sent here".to_owned(),
            },
        }
    }
}
