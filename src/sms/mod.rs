//! Text messages on their way to a provider. What certainly did not go out is tried again or given
//! to the other provider; what may have gone out is shown and never sent again.

mod http;
mod line;
mod rest;
mod setup;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chaobiao_decision::Personal;
use chaobiao_domain::units::Phone;
use chaobiao_eventstore::{Clock, Delivery, JsonLinesSender, Outgoing, Sender};
use chaobiao_integrations::sms::SmsError;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::config::{Config, ConfigError};
pub use http::{ReportDesk, routes};
use line::Line;
pub(crate) use rest::Rest;

pub(crate) const CHANNEL: &str = "sms";
/// News of the day before yesterday is none.
pub(crate) const WORTH_TRYING: TimeDelta = TimeDelta::days(1);

/// Sends text messages, and everything else to the development outbox.
pub struct SmsSender {
    /// In the order they are tried; none: text messages go to the development outbox, too.
    lines: Vec<Line>,
    clock: Arc<dyn Clock>,
    others: JsonLinesSender,
}

impl SmsSender {
    /// As configured; a development server writes to nobody.
    pub fn open(
        config: &Config,
        clock: Arc<dyn Clock>,
        others: JsonLinesSender,
    ) -> Result<Self, ConfigError> {
        let lines = setup::lines(&config.sms)?;
        Ok(Self {
            lines: if config.development {
                Vec::new()
            } else {
                lines
            },
            clock,
            others,
        })
    }

    /// Whether texts reach phones, and not the development outbox.
    pub(crate) fn goes_out(&self) -> bool {
        !self.lines.is_empty()
    }

    async fn text(&self, outgoing: &Outgoing, message: Message) -> Delivery {
        let now = self.clock.now();
        if message.expires_at.is_some_and(|over| over <= now) {
            let detail = "it was over before it could be sent".to_owned();
            return Delivery::Dropped { detail };
        }
        let Some(news) = News::of(message) else {
            let detail = "the person is erased".to_owned();
            return Delivery::Dropped { detail };
        };
        let (mut details, mut later) = (Vec::new(), false);
        for line in &self.lines {
            let name = line.name();
            match line.send(outgoing.id, &news, now).await {
                Ok(taken) => {
                    let number = format!("{name} {}", taken.message_id);
                    return Delivery::Sent {
                        detail: Some(number.clone()),
                        provider_number: Some(number),
                    };
                }
                Err(error @ SmsError::Number(_)) => {
                    let detail = format!("{name}: {error}");
                    return Delivery::Failed { detail };
                }
                Err(error @ SmsError::Unknown(_)) => {
                    let detail = format!("{name}: {error}");
                    return Delivery::Unknown { detail };
                }
                Err(error @ SmsError::Message(_)) => details.push(format!("{name}: {error}")),
                Err(error @ (SmsError::Provider(_) | SmsError::NotSent(_))) => {
                    later = true;
                    details.push(format!("{name}: {error}"));
                }
            }
        }
        let detail = details.join("; ");
        if later && now - outgoing.created_at < WORTH_TRYING {
            tracing::warn!(message = %outgoing.id, %detail, "a text message has to wait");
            return Delivery::Later { detail };
        }
        Delivery::Failed { detail }
    }
}

#[async_trait]
impl Sender for SmsSender {
    async fn send(&self, outgoing: &Outgoing) -> Delivery {
        if outgoing.channel != CHANNEL || self.lines.is_empty() {
            return self.others.send(outgoing).await;
        }
        match serde_json::from_value(outgoing.message.clone()) {
            Ok(message) => self.text(outgoing, message).await,
            // The error could quote the message.
            Err(_) => Delivery::Failed {
                detail: "not a text message".to_owned(),
            },
        }
    }
}

/// A message of the outbox.
#[derive(Deserialize)]
struct Message {
    to: Personal<Phone>,
    text: Personal<String>,
    template: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, Value>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Personal(Personal<String>),
    Plain(String),
}

/// What is to be said to whom.
struct News {
    phone: Phone,
    template: String,
    /// The whole text among them, as `text`.
    values: BTreeMap<String, String>,
}

impl News {
    /// Nothing when the person is erased.
    fn of(message: Message) -> Option<Self> {
        let mut values = BTreeMap::new();
        for (name, value) in message.values {
            let value = match value {
                Value::Personal(value) => value.value()?.clone(),
                Value::Plain(value) => value,
            };
            values.insert(name, value);
        }
        values.insert("text".to_owned(), message.text.value()?.clone());
        Some(Self {
            phone: message.to.value()?.clone(),
            template: message.template.unwrap_or_default(),
            values,
        })
    }
}
